#include "write/task_writer.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

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

class RollingWriter final : public TaskWriter {
 public:
  RollingWriter(FileSystem& fs, TaskWriterOptions options)
      : fs_(fs), options_(std::move(options)) {}

  Status Write(const arrow::RecordBatch& batch) override {
    for (int64_t row = 0; row < batch.num_rows(); row += kSliceRows) {
      if (encoder_ == nullptr) HOWDAH_RETURN_IF_ERROR(OpenFile());
      HOWDAH_RETURN_IF_ERROR(encoder_->Write(*batch.Slice(row, kSliceRows)));
      rows_ += std::min(kSliceRows, batch.num_rows() - row);
      if (encoder_->EstimatedBytes() >= options_.file_bytes) {
        HOWDAH_RETURN_IF_ERROR(CloseFile());
      }
    }
    return Status::OK();
  }

  int64_t BufferedBytes() const override {
    return encoder_ == nullptr ? 0 : encoder_->BufferedBytes();
  }

  Result<std::vector<FileRecord>> Finish() override {
    if (encoder_ == nullptr && records_.empty()) HOWDAH_RETURN_IF_ERROR(OpenFile());
    if (encoder_ != nullptr) HOWDAH_RETURN_IF_ERROR(CloseFile());
    return std::move(records_);
  }

 private:
  int64_t file_number() const { return static_cast<int64_t>(records_.size()); }
  /// No glob for data files matches it, also not one that sees hidden names.
  std::string staged_name() const { return fmt::format("{}.part", file_number()); }

  Status OpenFile() {
    path_ = JoinPath(options_.directory, staged_name());
    rows_ = 0;
    HOWDAH_ASSIGN_OR_RETURN(file_, fs_.CreateFile(path_));
    HOWDAH_ASSIGN_OR_RETURN(
        encoder_,
        options_.format->MakeEncoder(options_.schema, file_.get(), options_.encoder));
    return Status::OK();
  }

  Status CloseFile() {
    HOWDAH_ASSIGN_OR_RETURN(const EncodedFile encoded, encoder_->Close());
    encoder_.reset();
    HOWDAH_ASSIGN_OR_RETURN(const ClosedFile closed, file_->Commit(IfExists::kFail));
    file_.reset();
    if (encoded.rows != rows_) {
      return Error(ErrorKind::kInternal, "{}: {} rows were given, {} were encoded", path_,
                   rows_, encoded.rows);
    }
    HOWDAH_RETURN_IF_ERROR(CheckFile(encoded, closed));
    records_.push_back(FileRecord{.staged_path = staged_name(),
                                  .path = options_.data_file_name(file_number()),
                                  .bytes = closed.size,
                                  .rows = encoded.rows,
                                  .row_groups = encoded.row_groups,
                                  .crc32c = closed.crc32c,
                                  .columns = encoded.columns});
    return Status::OK();
  }

  /// What a reader will find, looked at through the file system: what was closed is not
  /// yet safe.
  Status CheckFile(const EncodedFile& encoded, const ClosedFile& closed) {
    HOWDAH_ASSIGN_OR_RETURN(const auto input, fs_.OpenInput(path_));
    if (input->size() != closed.size) {
      return Error(ErrorKind::kCorruption, "{}: written were {} bytes, the file has {}",
                   path_, closed.size, input->size());
    }
    HOWDAH_ASSIGN_OR_RETURN(const ReadBackFile found, options_.format->ReadBack(*input));
    return CompareReadBack(path_, found, encoded, *options_.schema);
  }

  FileSystem& fs_;
  const TaskWriterOptions options_;
  std::vector<FileRecord> records_;
  // The open file. The encoder writes into file_, so it is destroyed first:
  std::string path_;
  int64_t rows_ = 0;
  std::unique_ptr<PendingFile> file_;
  std::unique_ptr<Encoder> encoder_;
};

}  // namespace

Result<std::unique_ptr<TaskWriter>> TaskWriter::Make(FileSystem& fs,
                                                     TaskWriterOptions options) {
  HOWDAH_RETURN_IF_ERROR(options.format->CheckSchema(*options.schema));
  return std::make_unique<RollingWriter>(fs, std::move(options));
}

}  // namespace howdah
