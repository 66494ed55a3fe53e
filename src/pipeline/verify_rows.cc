#include "pipeline/verify_rows.h"

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "pipeline/partition_type.h"
#include "pipeline/stored_as.h"
#include "source/source.h"
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

/// A file that says its types.
Result<Hashes> HashFile(std::shared_ptr<ByteSource> file, const SourceFormat& format,
                        const Columns& columns, const FileRecord& record) {
  HOWDAH_ASSIGN_OR_RETURN(const SourceFileInfo info, format.Inspect(*file, {}));
  int64_t rows = 0;
  for (const SourceUnit& unit : info.units) rows += unit.rows;
  Hashes hashes;
  if (rows == 0) return hashes;
  Split split;
  split.parts.push_back({.file = 0,
                         .first_row_group = 0,
                         .end_row_group = static_cast<int64_t>(info.units.size()),
                         .first_byte = info.units.front().first_byte,
                         .end_byte = info.units.back().end_byte,
                         .first_row = 0,
                         .rows = rows});
  constexpr int64_t kBatchRows = 4096;
  SplitReadOptions options;
  options.schema = info.schema;
  options.batch_rows = kBatchRows;
  HOWDAH_ASSIGN_OR_RETURN(const auto reader,
                          OpenSplit(format, split, {std::move(file)}, options));
  for (;;) {
    HOWDAH_ASSIGN_OR_RETURN(const SourceBatch batch, reader->Next(1));
    if (batch.rows == nullptr) return hashes;
    HOWDAH_RETURN_IF_ERROR(AddHashes(columns, record, *batch.rows, &hashes));
  }
}

/// A file whose types the plan says.
Result<Hashes> HashText(std::shared_ptr<ByteSource> file, const Format& format,
                        const StoredAs& stored, const Columns& columns,
                        const FileRecord& record) {
  if (stored.schema == nullptr) {
    return Error(ErrorKind::kCorruption, "the ledger's plan does not say its types");
  }
  HOWDAH_ASSIGN_OR_RETURN(
      const auto reader, format.ReadRows(std::move(file), stored.schema, stored.encoder));
  Hashes hashes;
  for (;;) {
    HOWDAH_ASSIGN_OR_RETURN(const auto rows, reader->Next());
    if (rows == nullptr) return hashes;
    HOWDAH_RETURN_IF_ERROR(AddHashes(columns, record, *rows, &hashes));
  }
}

class RowVerifier {
 public:
  RowVerifier(FileSystem& fs, const std::string& dataset, Columns columns,
              StoredAs stored)
      : fs_(fs),
        dataset_(dataset),
        columns_(std::move(columns)),
        stored_(std::move(stored)) {}

  Status Verify(const TaskCommit& task) {
    uint64_t keys = 0;
    bool has_keys = task.key_hash.has_value();
    for (const FileRecord& record : task.files) {
      HOWDAH_ASSIGN_OR_RETURN(const std::optional<Hashes> hashes, VerifyFile(record));
      // A file that cannot be read has its own finding.
      has_keys = has_keys && hashes && hashes->has_keys;
      if (has_keys) keys += hashes->keys;
    }
    for (const FileRecord& record : task.quarantine) {
      HOWDAH_RETURN_IF_ERROR(VerifyFile(record).status());
    }
    if (has_keys && keys != *task.key_hash) {
      findings_.push_back(
          {Defect::kValues, FilesOf(task),
           fmt::format("split {}: the keys read are not those of its input: a row is "
                       "lost, doubled, foreign, or has another key",
                       task.split)});
    }
    return Status::OK();
  }

  std::vector<Finding> Take() { return std::move(findings_); }

 private:
  /// nullopt: the file could not be compared, which is said elsewhere or here.
  Result<std::optional<Hashes>> VerifyFile(const FileRecord& record) {
    const std::string path = JoinPath(dataset_, record.path);
    const Format* format = FormatOfDataFile(record.path);
    if (format == nullptr) return std::optional<Hashes>();
    const SourceFormat* reader = FindSourceFormat(format->name());
    if (format->says_types() && reader == nullptr) return std::optional<Hashes>();
    // One of another length, which level 0 has, was perhaps written again by somebody.
    const Result<FileInfo> info = fs_.Stat(path);
    if (Is(info.status(), ErrorKind::kNotFound)) return std::optional<Hashes>();
    HOWDAH_RETURN_IF_ERROR(info.status());
    if (info->type != FileType::kFile) return std::optional<Hashes>();
    HOWDAH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file, fs_.OpenInput(path));
    const Result<Hashes> hashes =
        format->says_types()
            ? HashFile(std::move(file), *reader, columns_, record)
            : HashText(std::move(file), *format, stored_, columns_, record);
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

  static std::string FilesOf(const TaskCommit& task) {
    std::string paths;
    for (const FileRecord& file : task.files) {
      paths += (paths.empty() ? "" : ", ") + file.path;
    }
    return paths;
  }

  FileSystem& fs_;
  const std::string& dataset_;
  const Columns columns_;
  const StoredAs stored_;
  std::vector<Finding> findings_;
};

}  // namespace

const Format* FormatOfDataFile(const std::string& path) {
  if (path.ends_with(".quarantine")) return FindFormat("parquet");
  for (const Format* format : BuiltinFormats()) {
    for (const Profile profile : {Profile::kLake, Profile::kCompact}) {
      for (const std::string& compression : format->compressions(profile)) {
        const std::string extension = format->extension(compression);
        if (path.size() > extension.size() && path.ends_with(extension)) return format;
      }
    }
  }
  return nullptr;
}

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
  for (const TaskCommit& task : ledger.tasks) {
    HOWDAH_RETURN_IF_ERROR(verifier.Verify(task));
  }
  return verifier.Take();
}

}  // namespace howdah
