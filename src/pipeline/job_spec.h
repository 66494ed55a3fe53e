#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/status.h"
#include "encode/encoder.h"
#include "schema/feed.h"
#include "schema/landing.h"
#include "schema/value_checks.h"

namespace howdah {

/// A job as the user described it: job file, --set and flags merged, every key known,
/// every value of its type and in its range. Nothing is opened yet. Names follow the job
/// file's sections.
struct JobSpec {
  std::string job_id;  ///< "": a digest of the plan

  struct Model {
    std::string path;
    std::string signature;  ///< "": serving_default, or the only one
    std::vector<std::string> tags = {"serve"};
    std::string sha256;  ///< "": not pinned
    int64_t batch_rows = 1024;
    int64_t runners = 0;  ///< 0: one per core
    int64_t intra_op_threads = 1;
    std::optional<bool> onednn;  ///< nullopt: off, unless TF_ENABLE_ONEDNN_OPTS says 1
    std::chrono::milliseconds timeout{600'000};  ///< of one run of the model; 0: none
    std::string tensorflow;  ///< where to look for it first; a flag, not a key
  } model;

  struct Input {
    std::vector<std::string> path;
    std::string format;                 ///< "": by extension
    std::optional<int64_t> split_size;  ///< nullopt: as suits the input
    TensorColumns tensors;
  } input;

  struct Output {
    std::string path;
    std::string format = "parquet";
    std::string mode = "new";
    std::vector<std::string> keep;
    std::vector<std::string> partition_by;
    std::string schema;
    std::string profile = "lake";
    std::string compression;           ///< "": the format's default
    std::optional<int64_t> file_size;  ///< nullopt: as suits the storage
    int64_t memory = int64_t{1} << 30;
    int64_t max_open_partitions = 64;
    bool merge_small_files = false;  ///< before the job is published
    std::string staging;
    TextOptions text;
    std::vector<OutputColumn> columns;
    /// Output with flat values -> output with its row splits: together one ragged output.
    std::map<std::string, std::string> row_splits;
  } output;

  struct Checks {
    std::string bad_rows = "fail";
    std::string max_bad_rows = "1000";
    int64_t max_files = 10'000;
    NanPolicy nan = NanPolicy::kAllow;
    std::map<std::string, ValueChecks> columns;  ///< by the name that lands
  } checks;
};

/// `{ from = ["a", "b"], pad = 0 }`: each value as text, one or a list.
using SettingTable = std::map<std::string, std::vector<std::string>>;

/// A value before it is known which key it belongs to.
using SettingValue = std::variant<bool, int64_t, double, std::string,
                                  std::vector<std::string>, SettingTable>;

/// One `key = value`, and where the user wrote it.
struct Setting {
  std::string key;  ///< "output.path", "input.tensors.features"
  SettingValue value;
  std::string place;  ///< "job.toml, line 7" or "--set" or "--output"
};

/// The settings of a job file's text, in its order. InvalidInput: a TOML syntax error
/// (file, line, column, what was expected), or a value of a kind no key has.
Result<std::vector<Setting>> ParseJobFile(const std::string& text,
                                          const std::string& file);

/// "section.key=value" from the command line. The value is read as TOML where it is TOML,
/// else as a plain string.
Result<Setting> ParseAssignment(const std::string& assignment);

/// Apply `settings` in order (the last one of a key wins), then check what must be there.
/// InvalidInput: an unknown key (names the nearest), a value of the wrong type or out of
/// range, a required key missing, a key of another output format. Unsupported: a value
/// that this version does not have yet.
Result<JobSpec> MakeJobSpec(const std::vector<Setting>& settings);

/// Every key there is, for messages and documentation; dynamic ones end in ".<name>".
std::vector<std::string> JobKeys();

}  // namespace howdah
