#include "write/open_file.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "types/row_hash.h"

namespace howdah {
namespace {

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

}  // namespace

Result<std::unique_ptr<OpenFile>> OpenFile::Create(FileSystem& fs,
                                                   const TaskWriterOptions& options,
                                                   const FileSchemas& schemas,
                                                   int64_t number,
                                                   const Partition& partition) {
  auto file = std::make_unique<OpenFile>(fs, options, schemas);
  FileRecord& record = file->record_;
  // No glob for data files matches it, also not one that sees hidden names.
  record.staged_path = fmt::format("{}.part", number);
  record.path = options.data_file_name(number);
  if (!partition.directory.empty()) {
    record.path = JoinPath(partition.directory, record.path);
  }
  record.partition = partition.values;
  file->path_ = JoinPath(options.directory, record.staged_path);
  HOWDAH_ASSIGN_OR_RETURN(file->file_, fs.CreateFile(file->path_));
  HOWDAH_ASSIGN_OR_RETURN(
      file->encoder_,
      options.format->MakeEncoder(schemas.written, file->file_.get(), options.encoder));
  return file;
}

Status OpenFile::Write(const arrow::RecordBatch& batch) {
  HOWDAH_ASSIGN_OR_RETURN(const uint64_t hash, HashRows(batch));
  row_hash_ += hash;
  record_.rows += batch.num_rows();
  return encoder_->Write(batch);
}

Result<FileRecord> OpenFile::Close() {
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

/// What a reader will find, looked at through the file system: what was closed is not yet
/// safe.
Status OpenFile::CheckFile(const EncodedFile& encoded, const ClosedFile& closed) {
  HOWDAH_ASSIGN_OR_RETURN(const auto input, fs_.OpenInput(path_));
  if (input->size() != closed.size) {
    return Error(ErrorKind::kCorruption, "{}: written were {} bytes, the file has {}",
                 path_, closed.size, input->size());
  }
  HOWDAH_ASSIGN_OR_RETURN(const ReadBackFile found,
                          options_.format->ReadBack(*input, options_.encoder));
  return CompareReadBack(path_, found, encoded, *schemas_.stored);
}

}  // namespace howdah
