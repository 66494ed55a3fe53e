#include "source/arrow_chunks.h"

#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/arrow_io.h"
#include "source/arrow_file.h"
#include "source/columns.h"
#include "source/guard.h"

namespace howdah {
namespace {

constexpr int64_t kMostChunkRows = int64_t{1} << 20;

/// Gives the next record batch of a part; nullptr: there is none.
using NextBatch = std::function<Result<std::shared_ptr<arrow::RecordBatch>>()>;

class ArrowChunkReader final : public ChunkReader {
 public:
  ArrowChunkReader(const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
                   const SplitReadOptions& options)
      : parts_(split.parts),
        files_(std::move(files)),
        schema_(options.schema),
        pool_(options.pool) {}

  Result<SourceBatch> NextChunk() override {
    while (part_ < parts_.size()) {
      if (next_batch_ == nullptr) HOWDAH_RETURN_IF_ERROR(OpenPart());
      if (batch_ == nullptr) {
        HOWDAH_RETURN_IF_ERROR(ReadBatch());
        if (batch_ == nullptr) {
          HOWDAH_RETURN_IF_ERROR(ClosePart());
          continue;
        }
      }
      if (used_ == batch_->num_rows()) {
        batch_.reset();  // its memory is free before the next one is decoded
        continue;
      }
      const int64_t rows = std::min(kMostChunkRows, batch_->num_rows() - used_);
      SourceBatch chunk{.rows = batch_->Slice(used_, rows),
                        .file = part().file,
                        .first_row = part().first_row + read_};
      used_ += rows;
      read_ += rows;
      if (used_ == batch_->num_rows()) batch_.reset();
      return chunk;
    }
    return SourceBatch{};
  }

 private:
  const SplitPart& part() const { return parts_[part_]; }
  ByteSource& file() { return *files_[part_]; }

  Status OpenPart() {
    read_ = 0;
    HOWDAH_ASSIGN_OR_RETURN(const ArrowLayout layout, ArrowLayoutOf(file()));
    const Status opened =
        Guarded([&] { return layout == ArrowLayout::kFile ? OpenFile() : OpenStream(); });
    return DecodeError(opened, fmt::format("{}: corrupt Arrow file", file().name()));
  }

  Status OpenFile() {
    using arrow::ipc::RecordBatchFileReader;
    auto options = ArrowReadOptions(pool_);
    const auto bytes = AsArrowFile(file(), pool_);
    ARROW_ASSIGN_OR_RAISE(auto reader, RecordBatchFileReader::Open(bytes, options));
    HOWDAH_RETURN_IF_ERROR(CheckColumns(file().name(), *reader->schema(), *schema_));
    if (part().first_row_group < 0 || part().first_row_group > part().end_row_group ||
        part().end_row_group > reader->num_record_batches()) {
      return Error(ErrorKind::kCorruption,
                   "{}: record batches {} to {} were planned, the file has {}: it has "
                   "changed since the job was planned",
                   file().name(), part().first_row_group, part().end_row_group,
                   reader->num_record_batches());
    }
    options.included_fields = Included(*reader->schema());
    ARROW_ASSIGN_OR_RAISE(reader, RecordBatchFileReader::Open(bytes, options));
    next_batch_ = [reader, next = part().first_row_group,
                   end = part().end_row_group]() mutable
        -> Result<std::shared_ptr<arrow::RecordBatch>> {
      if (next == end) return nullptr;
      return reader->ReadRecordBatch(static_cast<int>(next++));
    };
    return Status::OK();
  }

  Status OpenStream() {
    using arrow::ipc::RecordBatchStreamReader;
    auto options = ArrowReadOptions(pool_);
    ARROW_ASSIGN_OR_RAISE(
        auto reader, RecordBatchStreamReader::Open(AsArrowFile(file(), pool_), options));
    HOWDAH_RETURN_IF_ERROR(CheckColumns(file().name(), *reader->schema(), *schema_));
    options.included_fields = Included(*reader->schema());
    ARROW_ASSIGN_OR_RAISE(
        reader, RecordBatchStreamReader::Open(AsArrowFile(file(), pool_), options));
    next_batch_ = [reader]() -> Result<std::shared_ptr<arrow::RecordBatch>> {
      return reader->Next();
    };
    return Status::OK();
  }

  /// Where the columns to read are in the file, in the order in which Arrow reads them.
  std::vector<int> Included(const arrow::Schema& file_schema) const {
    std::vector<int> fields;
    for (const std::string& name : schema_->field_names()) {
      fields.push_back(file_schema.GetFieldIndex(name));
    }
    std::sort(fields.begin(), fields.end());
    return fields;
  }

  Status ReadBatch() {
    used_ = 0;
    const Status read = Guarded([&] {
      ARROW_ASSIGN_OR_RAISE(batch_, next_batch_());
      if (batch_ == nullptr) return Status::OK();
      ARROW_RETURN_NOT_OK(batch_->ValidateFull());
      ARROW_ASSIGN_OR_RAISE(batch_, SelectColumns(*batch_, schema_));
      return Status::OK();
    });
    HOWDAH_RETURN_IF_ERROR(
        DecodeError(read, fmt::format("{}: the record batch at row {} does not decode",
                                      file().name(), part().first_row + read_)));
    if (batch_ != nullptr && batch_->num_rows() > part().rows - read_) {
      return OtherRows(batch_->num_rows());
    }
    return Status::OK();
  }

  Status ClosePart() {
    if (read_ != part().rows) return OtherRows(0);
    next_batch_ = nullptr;
    files_[part_].reset();
    ++part_;
    return Status::OK();
  }

  Status OtherRows(int64_t more) {
    return Error(
        ErrorKind::kCorruption,
        "{}: its record batches from row {} on hold {} rows, planned were {}: it "
        "has changed since the job was planned",
        file().name(), part().first_row, read_ + more, part().rows);
  }

  const std::vector<SplitPart> parts_;
  std::vector<std::shared_ptr<ByteSource>> files_;
  const std::shared_ptr<arrow::Schema> schema_;
  arrow::MemoryPool* const pool_;

  size_t part_ = 0;
  // Of the part being read:
  NextBatch next_batch_;
  int64_t read_ = 0;  // rows that chunks have given
  std::shared_ptr<arrow::RecordBatch> batch_;
  int64_t used_ = 0;  // rows of batch_ that chunks have given
};

}  // namespace

std::unique_ptr<ChunkReader> MakeArrowChunkReader(
    const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
    const SplitReadOptions& options) {
  return std::make_unique<ArrowChunkReader>(split, std::move(files), options);
}

}  // namespace howdah
