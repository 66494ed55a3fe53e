#include "pipeline/verify_rows.h"

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <string_view>

#include "pipeline/landed_rows.h"
#include "pipeline/partition_type.h"
#include "pipeline/stored_as.h"
#include "types/row_hash.h"

namespace howdah {
namespace {

/// What the plan says of the output's columns.
struct Columns {
  std::vector<std::string> keys;
  std::map<std::string, std::string> types;  // name -> Arrow's text
};

Result<Columns> ColumnsOf(const JobPlan& plan) {
  Columns columns;
  try {
    const auto output = nlohmann::json::parse(plan.semantic).at("output");
    columns.keys = output.at("keys").get<std::vector<std::string>>();
    for (const auto& column : output.at("columns")) {
      columns.types[column.at("name")] = column.at("type");
    }
  } catch (const nlohmann::json::exception& error) {
    return Error(ErrorKind::kCorruption,
                 "the ledger's plan does not name the columns: {}", error.what());
  }
  return columns;
}

Result<std::shared_ptr<arrow::Array>> PartitionArray(const Columns& columns,
                                                     const FileRecord& file,
                                                     const std::string& name,
                                                     int64_t rows) {
  for (const auto& [column, value] : file.partition) {
    if (column != name) continue;
    const auto type = columns.types.find(name);
    HOWDAH_ASSIGN_OR_RETURN(
        const auto data_type,
        PartitionType(type == columns.types.end() ? "none" : type->second));
    if (!value) return arrow::MakeArrayOfNull(data_type, rows);
    const auto scalar = arrow::Scalar::Parse(data_type, *value);
    HOWDAH_RETURN_IF_ERROR(Translate(scalar.status(), ErrorKind::kCorruption,
                                     "a partition's value in the ledger"));
    return arrow::MakeArrayFromScalar(**scalar, rows);
  }
  return std::shared_ptr<arrow::Array>();
}

struct Hashes {
  int64_t count = 0;  // of rows
  uint64_t rows = 0;
  uint64_t keys = 0;
  bool has_keys = true;  // false: a key column is missing
};

Result<std::optional<uint64_t>> HashKeys(const Columns& columns, const FileRecord& file,
                                         const arrow::RecordBatch& batch) {
  arrow::ArrayVector arrays;
  arrow::FieldVector fields;
  for (const std::string& key : columns.keys) {
    std::shared_ptr<arrow::Array> array = batch.GetColumnByName(key);
    if (array == nullptr) {
      HOWDAH_ASSIGN_OR_RETURN(array,
                              PartitionArray(columns, file, key, batch.num_rows()));
    }
    if (array == nullptr) return std::optional<uint64_t>();
    fields.push_back(arrow::field(key, array->type()));
    arrays.push_back(std::move(array));
  }
  HOWDAH_ASSIGN_OR_RETURN(const uint64_t hash,
                          HashRows(*arrow::RecordBatch::Make(arrow::schema(fields),
                                                             batch.num_rows(), arrays)));
  return std::optional(hash);
}

Status AddHashes(const Columns& columns, const FileRecord& record,
                 const arrow::RecordBatch& rows, Hashes* hashes) {
  HOWDAH_ASSIGN_OR_RETURN(const uint64_t row_hash, HashRows(rows));
  hashes->rows += row_hash;
  hashes->count += rows.num_rows();
  HOWDAH_ASSIGN_OR_RETURN(const auto key_hash, HashKeys(columns, record, rows));
  hashes->keys += key_hash.value_or(0);
  hashes->has_keys = hashes->has_keys && key_hash.has_value();
  return Status::OK();
}

std::string HowRowsDiffer(int64_t read, int64_t written) {
  if (read < written) return fmt::format("{} of {} are lost", written - read, written);
  if (read > written) {
    return fmt::format("{} more than the {} that there were, doubled or foreign",
                       read - written, written);
  }
  return "as many, but a value differs, or one row stands in another's place";
}

Result<Hashes> HashFile(RowReader& reader, const Columns& columns,
                        const FileRecord& record) {
  Hashes hashes;
  for (;;) {
    HOWDAH_ASSIGN_OR_RETURN(const auto rows, reader.Next());
    if (rows == nullptr) return hashes;
    HOWDAH_RETURN_IF_ERROR(AddHashes(columns, record, *rows, &hashes));
  }
}

/// Splits whose rows lie in the same files, so that only together their keys can be
/// compared with those of the input.
struct KeyGroup {
  std::vector<const TaskCommit*> tasks;
  std::vector<const FileRecord*> files;
};

/// A split by itself, or those whose files were merged with each other's.
std::vector<KeyGroup> GroupByFiles(const Ledger& ledger) {
  std::vector<size_t> group_of(ledger.tasks.size());  // by task; roots are their own
  std::iota(group_of.begin(), group_of.end(), 0);
  const auto root_of = [&](size_t task) {
    while (group_of[task] != task) task = group_of[task] = group_of[group_of[task]];
    return task;
  };
  std::map<std::string_view, size_t> writer_of;  // path -> task
  for (size_t task = 0; task < ledger.tasks.size(); ++task) {
    for (const FileRecord& file : ledger.tasks[task].files) writer_of[file.path] = task;
  }
  for (const MergeCommit& merge : ledger.merges) {
    for (const std::string& source : merge.sources) {
      const auto writer = writer_of.find(source);
      if (writer == writer_of.end()) continue;  // level 1 says so
      const auto [merged, is_first] = writer_of.emplace(merge.file.path, writer->second);
      if (!is_first) group_of[root_of(writer->second)] = root_of(merged->second);
    }
  }
  std::map<size_t, KeyGroup> groups;
  for (size_t task = 0; task < ledger.tasks.size(); ++task) {
    groups[root_of(task)].tasks.push_back(&ledger.tasks[task]);
  }
  for (const FileRecord* file : ledger.DataFiles()) {
    const auto writer = writer_of.find(file->path);
    if (writer != writer_of.end()) groups[root_of(writer->second)].files.push_back(file);
  }
  std::vector<KeyGroup> list;
  for (auto& [root, group] : groups) list.push_back(std::move(group));
  return list;
}

class RowVerifier {
 public:
  RowVerifier(FileSystem& fs, const std::string& dataset, Columns columns,
              StoredAs stored)
      : fs_(fs),
        dataset_(dataset),
        columns_(std::move(columns)),
        stored_(std::move(stored)) {}

  Status Verify(const KeyGroup& group) {
    uint64_t expected = 0, keys = 0;
    bool has_keys = true;
    for (const TaskCommit* task : group.tasks) {
      has_keys = has_keys && task->key_hash;
      expected += task->key_hash.value_or(0);
    }
    for (const FileRecord* record : group.files) {
      HOWDAH_ASSIGN_OR_RETURN(const std::optional<Hashes> hashes, VerifyFile(*record));
      // A file that cannot be read has its own finding.
      has_keys = has_keys && hashes && hashes->has_keys;
      if (has_keys) keys += hashes->keys;
    }
    for (const TaskCommit* task : group.tasks) {
      for (const FileRecord& record : task->quarantine) {
        HOWDAH_RETURN_IF_ERROR(VerifyFile(record).status());
      }
    }
    if (has_keys && keys != expected) {
      findings_.push_back(
          {Defect::kValues, FilesOf(group),
           fmt::format("{}: the keys read are not those of the input: a row is lost, "
                       "doubled, foreign, or has another key",
                       SplitsOf(group))});
    }
    return Status::OK();
  }

  std::vector<Finding> Take() { return std::move(findings_); }

 private:
  /// nullopt: the file could not be compared, which is said elsewhere or here.
  Result<std::optional<Hashes>> VerifyFile(const FileRecord& record) {
    const std::string path = JoinPath(dataset_, record.path);
    // One of another length, which level 0 has, was perhaps written again by somebody.
    const Result<FileInfo> info = fs_.Stat(path);
    if (Is(info.status(), ErrorKind::kNotFound)) return std::optional<Hashes>();
    HOWDAH_RETURN_IF_ERROR(info.status());
    if (info->type != FileType::kFile) return std::optional<Hashes>();
    HOWDAH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file, fs_.OpenInput(path));
    const Result<Hashes> hashes = HashRowsOf(std::move(file), record);
    if (!hashes.ok()) {
      findings_.push_back({Defect::kValues, record.path, hashes.status().message()});
      return std::optional<Hashes>();
    }
    if (record.row_hash && hashes->rows != *record.row_hash) {
      findings_.push_back({Defect::kValues, record.path,
                           "its rows are not those that were written: " +
                               HowRowsDiffer(hashes->count, record.rows)});
    }
    return std::optional(*hashes);
  }

  Result<Hashes> HashRowsOf(std::unique_ptr<ByteSource> file, const FileRecord& record) {
    HOWDAH_ASSIGN_OR_RETURN(const auto reader,
                            ReadLandedRows(std::move(file), record.path, stored_));
    return HashFile(*reader, columns_, record);
  }

  /// The first ones, and how many more there are.
  template <typename Items>
  static std::string FirstOf(const Items& items) {
    constexpr size_t kMost = 10;
    if (items.size() <= kMost) return fmt::format("{}", fmt::join(items, ", "));
    return fmt::format("{} and {} more",
                       fmt::join(items.begin(), items.begin() + kMost, ", "),
                       items.size() - kMost);
  }

  static std::string FilesOf(const KeyGroup& group) {
    std::vector<std::string_view> paths;
    for (const FileRecord* file : group.files) paths.push_back(file->path);
    return FirstOf(paths);
  }

  /// "split 3", "splits 0, 1, 2".
  static std::string SplitsOf(const KeyGroup& group) {
    std::vector<int64_t> splits;
    for (const TaskCommit* task : group.tasks) splits.push_back(task->split);
    return fmt::format("{} {}", splits.size() == 1 ? "split" : "splits", FirstOf(splits));
  }

  FileSystem& fs_;
  const std::string& dataset_;
  const Columns columns_;
  const StoredAs stored_;
  std::vector<Finding> findings_;
};

}  // namespace

Result<bool> IsThereWhole(FileSystem& fs, const std::string& path,
                          const FileRecord& record) {
  const Result<FileInfo> info = fs.Stat(path);
  if (Is(info.status(), ErrorKind::kNotFound)) return false;
  HOWDAH_RETURN_IF_ERROR(info.status());
  return info->type == FileType::kFile && info->size == record.bytes;
}

bool HasKeyHashes(const Ledger& ledger) {
  return !ledger.tasks.empty() && ledger.tasks.front().key_hash.has_value();
}

Result<std::vector<Finding>> VerifyRows(FileSystem& fs, const std::string& dataset,
                                        const Ledger& ledger) {
  HOWDAH_ASSIGN_OR_RETURN(Columns columns, ColumnsOf(ledger.plan));
  HOWDAH_ASSIGN_OR_RETURN(StoredAs stored, StoredAsOf(ledger.plan));
  RowVerifier verifier(fs, dataset, std::move(columns), std::move(stored));
  for (const KeyGroup& group : GroupByFiles(ledger)) {
    HOWDAH_RETURN_IF_ERROR(verifier.Verify(group));
  }
  return verifier.Take();
}

}  // namespace howdah
