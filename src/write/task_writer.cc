#include "write/task_writer.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "types/row_hash.h"
#include "write/partitioner.h"

namespace howdah {
namespace {

// Rows that are written between two looks at the size of a file.
constexpr int64_t kSliceRows = 8192;

std::string ColumnAt(const arrow::Schema& schema, int i) {
  return i < schema.num_fields() ? schema.field(i)->ToString() : "nothing";
}

/// The file's own account against what its writer knows. Metadata may differ: formats add
/// their own.
Status CompareReadBack(const std::string& path, const ReadBackFile& found,
                       const EncodedFile& written, const arrow::Schema& schema) {
  if (found.rows != written.rows || found.row_groups != written.row_groups) {
    return Error(ErrorKind::kCorruption,
                 "{}: written were {} rows in {} row groups, read back are {} in {}",
                 path, written.rows, written.row_groups, found.rows, found.row_groups);
  }
  const int columns = std::max(schema.num_fields(), found.schema->num_fields());
  for (int i = 0; i < columns; ++i) {
    if (i < schema.num_fields() && i < found.schema->num_fields() &&
        schema.field(i)->Equals(*found.schema->field(i), /*check_metadata=*/false)) {
      continue;
    }
    return Error(ErrorKind::kCorruption,
                 "{}: column {} was written as {}, read back is {}", path, i,
                 ColumnAt(schema, i), ColumnAt(*found.schema, i));
  }
  return Status::OK();
}

struct FileSchemas {
  std::shared_ptr<arrow::Schema> written;  ///< of the batches
  std::shared_ptr<arrow::Schema> stored;   ///< Format::StoredSchema of it
};

/// One file of the attempt, from its creation to its record.
class OpenFile {
 public:
  static Result<std::unique_ptr<OpenFile>> Create(
      FileSystem& fs, const TaskWriterOptions& options, const FileSchemas& schemas,
      int64_t number, std::string partition_directory, PartitionValues partition) {
    auto file = std::make_unique<OpenFile>(fs, options, schemas);
    FileRecord& record = file->record_;
    // No glob for data files matches it, also not one that sees hidden names.
    record.staged_path = fmt::format("{}.part", number);
    record.path = options.data_file_name(number);
    if (!partition_directory.empty()) {
      record.path = JoinPath(partition_directory, record.path);
    }
    record.partition = std::move(partition);
    file->path_ = JoinPath(options.directory, record.staged_path);
    HOWDAH_ASSIGN_OR_RETURN(file->file_, fs.CreateFile(file->path_));
    HOWDAH_ASSIGN_OR_RETURN(
        file->encoder_,
        options.format->MakeEncoder(schemas.written, file->file_.get(), options.encoder));
    return file;
  }

  OpenFile(FileSystem& fs, const TaskWriterOptions& options, const FileSchemas& schemas)
      : fs_(fs), options_(options), schemas_(schemas) {}

  Status Write(const arrow::RecordBatch& batch) {
    HOWDAH_ASSIGN_OR_RETURN(const uint64_t hash, HashRows(batch));
    row_hash_ += hash;
    record_.rows += batch.num_rows();
    return encoder_->Write(batch);
  }

  bool IsFull() const { return encoder_->EstimatedBytes() >= options_.file_bytes; }
  int64_t BufferedBytes() const { return encoder_->BufferedBytes(); }

  Result<FileRecord> Close() {
    HOWDAH_ASSIGN_OR_RETURN(const EncodedFile encoded, encoder_->Close());
    encoder_.reset();
    HOWDAH_ASSIGN_OR_RETURN(const ClosedFile closed, file_->Commit(IfExists::kFail));
    file_.reset();
    if (encoded.rows != record_.rows) {
      return Error(ErrorKind::kInternal, "{}: {} rows were given, {} were encoded", path_,
                   record_.rows, encoded.rows);
    }
    HOWDAH_RETURN_IF_ERROR(CheckFile(encoded, closed));
    record_.bytes = closed.size;
    record_.row_groups = encoded.row_groups;
    record_.crc32c = closed.crc32c;
    record_.columns = encoded.columns;
    record_.row_hash = row_hash_;
    return std::move(record_);
  }

 private:
  /// What a reader will find, looked at through the file system: what was closed is not
  /// yet safe.
  Status CheckFile(const EncodedFile& encoded, const ClosedFile& closed) {
    HOWDAH_ASSIGN_OR_RETURN(const auto input, fs_.OpenInput(path_));
    if (input->size() != closed.size) {
      return Error(ErrorKind::kCorruption, "{}: written were {} bytes, the file has {}",
                   path_, closed.size, input->size());
    }
    HOWDAH_ASSIGN_OR_RETURN(const ReadBackFile found,
                            options_.format->ReadBack(*input, options_.encoder));
    return CompareReadBack(path_, found, encoded, *schemas_.stored);
  }

  FileSystem& fs_;
  const TaskWriterOptions& options_;
  const FileSchemas& schemas_;
  std::string path_;
  FileRecord record_;
  uint64_t row_hash_ = 0;
  // The encoder writes into file_, so it is destroyed first.
  std::unique_ptr<PendingFile> file_;
  std::unique_ptr<Encoder> encoder_;
};

class RollingWriter final : public TaskWriter {
 public:
  RollingWriter(FileSystem& fs, TaskWriterOptions options,
                std::shared_ptr<arrow::Schema> file_schema,
                std::shared_ptr<arrow::Schema> stored_schema)
      : fs_(fs),
        options_(std::move(options)),
        schemas_{std::move(file_schema), std::move(stored_schema)} {}

  Status Write(const arrow::RecordBatch& batch) override {
    if (options_.partition_by.empty()) return WriteRows("", {}, batch);
    HOWDAH_ASSIGN_OR_RETURN(const std::vector<PartitionRows> partitions,
                            PartitionBatch(batch, options_.partition_by));
    for (const PartitionRows& partition : partitions) {
      HOWDAH_RETURN_IF_ERROR(
          WriteRows(partition.directory, partition.values, *partition.rows));
    }
    return Status::OK();
  }

  int64_t BufferedBytes() const override {
    int64_t bytes = 0;
    for (const auto& [directory, open] : open_) bytes += open.file->BufferedBytes();
    return bytes;
  }

  Result<std::vector<FileRecord>> Finish() override {
    if (files_begun_ == 0 && options_.partition_by.empty()) {
      HOWDAH_RETURN_IF_ERROR(Open("", {}).status());
    }
    while (!open_.empty()) HOWDAH_RETURN_IF_ERROR(Close(open_.begin()));
    return std::move(records_);
  }

 private:
  struct Entry {
    std::unique_ptr<OpenFile> file;
    int64_t last_used = 0;
  };
  using OpenFiles = std::map<std::string, Entry>;  // by partition directory

  Status WriteRows(const std::string& directory, const PartitionValues& partition,
                   const arrow::RecordBatch& batch) {
    for (int64_t row = 0; row < batch.num_rows(); row += kSliceRows) {
      HOWDAH_ASSIGN_OR_RETURN(const OpenFiles::iterator open, Open(directory, partition));
      open->second.last_used = ++clock_;
      HOWDAH_RETURN_IF_ERROR(open->second.file->Write(*batch.Slice(row, kSliceRows)));
      if (open->second.file->IsFull()) HOWDAH_RETURN_IF_ERROR(Close(open));
    }
    return KeepWithinMemory();
  }

  Result<OpenFiles::iterator> Open(const std::string& directory,
                                   const PartitionValues& partition) {
    const auto found = open_.find(directory);
    if (found != open_.end()) return found;
    if (static_cast<int64_t>(open_.size()) >= options_.max_open_files) {
      // That which has not been written to for the longest: clustered rows have left it.
      HOWDAH_RETURN_IF_ERROR(Close(
          std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
            return a.second.last_used < b.second.last_used;
          })));
    }
    Entry open;
    HOWDAH_ASSIGN_OR_RETURN(
        open.file,
        OpenFile::Create(fs_, options_, schemas_, files_begun_++, directory, partition));
    return open_.emplace(directory, std::move(open)).first;
  }

  Status KeepWithinMemory() {
    while (open_.size() > 1 && BufferedBytes() > options_.memory_bytes) {
      HOWDAH_RETURN_IF_ERROR(Close(
          std::max_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
            return a.second.file->BufferedBytes() < b.second.file->BufferedBytes();
          })));
    }
    return Status::OK();
  }

  Status Close(OpenFiles::iterator open) {
    const std::unique_ptr<OpenFile> file = std::move(open->second.file);
    open_.erase(open);
    HOWDAH_ASSIGN_OR_RETURN(FileRecord record, file->Close());
    records_.push_back(std::move(record));
    return Status::OK();
  }

  FileSystem& fs_;
  const TaskWriterOptions options_;
  const FileSchemas schemas_;
  std::vector<FileRecord> records_;
  int64_t files_begun_ = 0;
  int64_t clock_ = 0;
  OpenFiles open_;
};

}  // namespace

Result<std::shared_ptr<arrow::Schema>> FileSchema(
    const arrow::Schema& schema, const std::vector<std::string>& partition_by) {
  arrow::FieldVector fields = schema.fields();
  for (const std::string& name : partition_by) {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) {
      return field->name() == name;
    });
    if (found == fields.end()) {
      return Error(
          ErrorKind::kSchemaMismatch,
          "output.partition_by names '{}', which is {}; the output's columns are "
          "{}{}",
          name, schema.GetFieldIndex(name) >= 0 ? "named twice" : "no column",
          QuotedList(schema.field_names()), DidYouMean(name, schema.field_names()));
    }
    if (!CanPartitionBy(*(*found)->type())) {
      return Error(ErrorKind::kSchemaMismatch,
                   "output.partition_by names '{}', which is of {}; directories can be "
                   "named by integers, bool, date and string",
                   name, (*found)->type()->ToString());
    }
    if (IsHiddenName(name)) {
      return Error(
          ErrorKind::kSchemaMismatch,
          "output.partition_by names '{}', but Hive hides directories whose name "
          "begins with '_'; give the column another name",
          name);
    }
    fields.erase(found);
  }
  if (fields.empty()) {
    return Error(ErrorKind::kSchemaMismatch,
                 "output.partition_by names all columns of the output; at least one must "
                 "be left for the files");
  }
  return arrow::schema(std::move(fields), schema.metadata());
}

Result<std::unique_ptr<TaskWriter>> TaskWriter::Make(FileSystem& fs,
                                                     TaskWriterOptions options) {
  HOWDAH_ASSIGN_OR_RETURN(auto file_schema,
                          FileSchema(*options.schema, options.partition_by));
  HOWDAH_ASSIGN_OR_RETURN(auto stored,
                          options.format->StoredSchema(file_schema, options.encoder));
  return std::make_unique<RollingWriter>(fs, std::move(options), std::move(file_schema),
                                         std::move(stored));
}

}  // namespace howdah
