#pragma once

#include <string>

#include "base/status.h"
#include "encode/encoder.h"
#include "pipeline/storages.h"

namespace howdah {

struct InspectResult {
  std::string json;              ///< docs/summary.md
  std::string text;              ///< for people
  bool outside_profile = false;  ///< of Lint
};

/// Whether to read a model's files for their digest, which takes as long as reading them
/// does.
enum class ModelDigest { kSkip, kCompute };

/// `howdah inspect`: a SavedModel directory, a data file, or a dataset of ours, also one
/// that is not there but has jobs; told apart by what is there. Does not load TensorFlow.
/// \param staging  of a dataset whose jobs had 'output.staging'; else "".
/// InvalidInput: none of the three (says what was looked for).
Result<InspectResult> Inspect(const Storages& storages, const std::string& url,
                              ModelDigest digest = ModelDigest::kSkip,
                              const std::string& staging = "");

/// `howdah inspect FILE --profile`: each way in which a Parquet or Avro file, ours or
/// anybody's, is outside of `profile`. InvalidInput: not a file. Unsupported: a format
/// without profiles.
Result<InspectResult> InspectProfile(const Storages& storages, const std::string& url,
                                     Profile profile);

}  // namespace howdah
