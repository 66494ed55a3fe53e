#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commit/job.h"
#include "encode/encoder.h"
#include "model/saved_model.h"
#include "pipeline/inputs.h"
#include "pipeline/job_spec.h"
#include "pipeline/storages.h"
#include "schema/feed.h"
#include "schema/landing.h"

namespace howdah {

/// A job of which everything is known that can be known before the first row.
struct PreparedJob {
  JobSpec spec;

  std::string model_url;     ///< as people know it
  std::string model_path;    ///< local SavedModel directory: the model, or its copy
  std::string model_sha256;  ///< SavedModelDigest
  Signature signature;
  bool onednn = false;  ///< whether TensorFlow may use its oneDNN kernels

  InputSet inputs;
  /// What the model and the kept columns need: of the files, and of their directories.
  std::shared_ptr<arrow::Schema> read_schema;
  std::vector<ConstantColumn> constants;
  std::optional<Feed> feed;        ///< always set
  std::optional<Landing> landing;  ///< always set

  FileSystem* output_fs = nullptr;  ///< not owned: lives in Storages
  std::string output_url;           ///< of paths.dataset, as people know it
  DatasetPaths paths;
  int64_t file_bytes = 0;  ///< a file is closed once it holds about this much
  const Format* format = nullptr;
  /// How all its files are written: compression, key columns, what text formats want.
  EncoderOptions encoder;
  std::vector<std::string> partition_by;  ///< legal names, in the landing's schema

  struct Undivided {
    std::string url;
    std::string why;  ///< SourceFileInfo::undivided
  };
  std::vector<Undivided> undivided;  ///< input files that are one split, however large

  JobPlan plan;
  std::vector<std::string> warnings;

  int64_t input_rows() const;
  int64_t runners() const;  ///< threads that run the model
};

/// Look at model, inputs and output as the job will use them; writes nothing and does not
/// load TensorFlow. Any error means that the job, not the run, is wrong.
Result<PreparedJob> Prepare(const Storages& storages, JobSpec spec);

}  // namespace howdah
