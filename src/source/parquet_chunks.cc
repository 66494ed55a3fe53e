#include "source/parquet_chunks.h"

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/arrow_io.h"
#include "base/text.h"
#include "source/columns.h"
#include "source/parquet_footer.h"

namespace howdah {
namespace {

constexpr int64_t kChunkBytes = int64_t{2} << 20;
constexpr int64_t kMostChunkRows = int64_t{1} << 20;
// Read buffers of all columns together, and the limits of one column's.
constexpr int64_t kBufferBytes = int64_t{8} << 20;
// Column chunks of smaller row groups are read whole, which saves a copy of each byte.
constexpr int64_t kMostUnbuffered = int64_t{32} << 20;
constexpr int64_t kLeastBuffer = int64_t{64} << 10;
constexpr int64_t kMostBuffer = int64_t{1} << 20;

/// \param group_bytes  stored bytes of the columns to read, in the largest row group.
parquet::ReaderProperties FileProperties(arrow::MemoryPool* pool, size_t leaves,
                                         int64_t group_bytes) {
  parquet::ReaderProperties properties(pool);
  if (group_bytes > kMostUnbuffered) {
    const int64_t share =
        kBufferBytes / std::max<int64_t>(1, static_cast<int64_t>(leaves));
    properties.enable_buffered_stream();
    properties.set_buffer_size(std::clamp(share, kLeastBuffer, kMostBuffer));
  }
  properties.set_page_checksum_verification(true);
  return properties;
}

parquet::ArrowReaderProperties ArrowProperties() {
  parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_pre_buffer(false);
  return properties;
}

class ParquetChunkReader final : public ChunkReader {
 public:
  ParquetChunkReader(const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
                     const SplitReadOptions& options)
      : parts_(split.parts),
        files_(std::move(files)),
        schema_(options.schema),
        batch_rows_(options.batch_rows),
        pool_(options.pool != nullptr ? options.pool : arrow::default_memory_pool()),
        chunk_rows_(std::min(batch_rows_, kMostChunkRows)) {}

  Result<SourceBatch> NextChunk() override {
    while (part_ < parts_.size()) {
      if (reader_ == nullptr) HOWDAH_RETURN_IF_ERROR(OpenPart());
      if (row_group_ == parts_[part_].end_row_group) {
        HOWDAH_RETURN_IF_ERROR(ClosePart());
        continue;
      }
      if (batches_ == nullptr) HOWDAH_RETURN_IF_ERROR(OpenRowGroup());
      HOWDAH_ASSIGN_OR_RETURN(SourceBatch chunk, ReadChunk());
      if (chunk.rows != nullptr) return chunk;
    }
    return SourceBatch{};
  }

 private:
  ByteSource& file() { return *files_[part_]; }

  Status OpenPart() {
    const SplitPart& part = parts_[part_];
    HOWDAH_ASSIGN_OR_RETURN(footer_, ReadParquetFooter(file()));
    HOWDAH_RETURN_IF_ERROR(CheckPart(part));
    HOWDAH_ASSIGN_OR_RETURN(const auto schema, ParquetArrowSchema(file(), *footer_));
    HOWDAH_RETURN_IF_ERROR(CheckColumns(file().name(), *schema, *schema_));
    const std::vector<std::string> names = schema_->field_names();
    leaves_ = ParquetLeaves(*footer_, names);
    if (leaves_.empty()) {
      return Error(ErrorKind::kCorruption, "{}: its columns {} hold no values",
                   file().name(), QuotedList(names));
    }
    row_group_ = part.first_row_group;
    next_row_ = part.first_row;
    return Named(CatchParquet([&] {
      auto reader = parquet::ParquetFileReader::Open(
          AsArrowFile(file(), pool_),
          FileProperties(pool_, leaves_.size(), LargestGroup(part)), footer_);
      ARROW_ASSIGN_OR_RAISE(reader_, parquet::arrow::FileReader::Make(
                                         pool_, std::move(reader), ArrowProperties()));
      return Status::OK();
    }));
  }

  /// Stored bytes of the columns to read, in the largest row group of `part`.
  int64_t LargestGroup(const SplitPart& part) const {
    int64_t most = 0;
    for (int64_t i = part.first_row_group; i < part.end_row_group; ++i) {
      const auto group = footer_->RowGroup(static_cast<int>(i));
      int64_t bytes = 0;
      for (const int leaf : leaves_) {
        const int64_t size = group->ColumnChunk(leaf)->total_compressed_size();
        if (size < 0 || __builtin_add_overflow(bytes, size, &bytes)) {
          return std::numeric_limits<int64_t>::max();
        }
      }
      most = std::max(most, bytes);
    }
    return most;
  }

  /// The plan was made from this file's footer; if they disagree, the file is another one
  /// now.
  Status CheckPart(const SplitPart& part) {
    const int64_t groups = footer_->num_row_groups();
    if (part.first_row_group < 0 || part.first_row_group > part.end_row_group ||
        part.end_row_group > groups) {
      return Error(
          ErrorKind::kCorruption,
          "{}: row groups {} to {} were planned, the file has {}: it has changed "
          "since the job was planned",
          file().name(), part.first_row_group, part.end_row_group, groups);
    }
    int64_t before = 0, rows = 0;
    for (int i = 0; i < part.end_row_group; ++i) {
      (i < part.first_row_group ? before : rows) += footer_->RowGroup(i)->num_rows();
    }
    if (before != part.first_row || rows != part.rows) {
      return Error(
          ErrorKind::kCorruption,
          "{}: row groups {} to {} hold {} rows from row {}, planned were {} from "
          "row {}: it has changed since the job was planned",
          file().name(), part.first_row_group, part.end_row_group, rows, before,
          part.rows, part.first_row);
    }
    return Status::OK();
  }

  Status ClosePart() {
    batches_.reset();
    reader_.reset();
    footer_.reset();
    files_[part_].reset();
    ++part_;
    return Status::OK();
  }

  Status OpenRowGroup() {
    rows_left_ = footer_->RowGroup(static_cast<int>(row_group_))->num_rows();
    return Named(CatchParquet([&] {
      ARROW_ASSIGN_OR_RAISE(batches_, reader_->GetRecordBatchReader(
                                          {static_cast<int>(row_group_)}, leaves_));
      return Status::OK();
    }));
  }

  /// The next chunk of the row group; rows == nullptr when it is done.
  Result<SourceBatch> ReadChunk() {
    std::shared_ptr<arrow::RecordBatch> rows;
    HOWDAH_RETURN_IF_ERROR(Named(CatchParquet([&] {
      reader_->set_batch_size(chunk_rows_);
      ARROW_RETURN_NOT_OK(batches_->ReadNext(&rows));
      return rows == nullptr ? Status::OK() : rows->Validate();
    })));
    if (rows == nullptr) {
      batches_.reset();
      if (rows_left_ > 0) return Lacks(rows_left_);
      ++row_group_;
      return SourceBatch{};
    }
    const int64_t count = rows->num_rows();
    if (count > rows_left_) return Lacks(rows_left_ - count);
    SourceBatch chunk;
    Result<std::shared_ptr<arrow::RecordBatch>> selected = SelectColumns(*rows, schema_);
    if (!selected.ok()) {
      return Error(ErrorKind::kCorruption, "{}: row group {}: {}", file().name(),
                   row_group_, selected.status().message());
    }
    chunk.rows = std::move(selected).ValueUnsafe();
    chunk.file = parts_[part_].file;
    chunk.first_row = next_row_;
    next_row_ += count;
    rows_left_ -= count;
    SizeNextChunk(*rows);
    return chunk;
  }

  /// What a row takes in memory shows only when it is decoded: a dictionary of long
  /// strings may be small in the file. So chunks start at one batch and grow by what the
  /// last one measured.
  void SizeNextChunk(const arrow::RecordBatch& last) {
    const int64_t bytes = std::max<int64_t>(1, arrow::util::TotalBufferSize(last));
    const double fitting = static_cast<double>(last.num_rows()) *
                           static_cast<double>(kChunkBytes) / static_cast<double>(bytes);
    const int64_t most = std::min(kMostChunkRows, 4 * chunk_rows_);
    const int64_t rows =
        fitting < static_cast<double>(most) ? static_cast<int64_t>(fitting) : most;
    // Whole batches, so that few of them span two chunks.
    chunk_rows_ =
        std::max(rows - rows % batch_rows_, std::min(batch_rows_, kMostChunkRows));
  }

  Status Lacks(int64_t rows) {
    return Error(ErrorKind::kCorruption,
                 "{}: row group {} has {} rows {} than its footer claims", file().name(),
                 row_group_, std::abs(rows), rows > 0 ? "fewer" : "more");
  }

  /// Arrow's errors while decoding, with the place.
  Status Named(const Status& status) {
    if (status.ok() || status.detail() != nullptr) return status;
    const bool memory = KindOf(status) == ErrorKind::kResourceExhausted;
    return Error(memory ? ErrorKind::kResourceExhausted : ErrorKind::kCorruption,
                 "{}: row group {} does not decode: {}", file().name(), row_group_,
                 status.message());
  }

  const std::vector<SplitPart> parts_;
  std::vector<std::shared_ptr<ByteSource>> files_;
  const std::shared_ptr<arrow::Schema> schema_;  // of all chunks
  const int64_t batch_rows_;
  arrow::MemoryPool* const pool_;

  size_t part_ = 0;
  // Of the part being read:
  std::shared_ptr<parquet::FileMetaData> footer_;
  std::vector<int> leaves_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  int64_t row_group_ = 0;
  int64_t next_row_ = 0;
  // Of the row group being read; uses reader_, so it is destroyed first:
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  int64_t rows_left_ = 0;
  int64_t chunk_rows_;
};

}  // namespace

std::unique_ptr<ChunkReader> MakeParquetChunkReader(
    const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
    const SplitReadOptions& options) {
  return std::make_unique<ParquetChunkReader>(split, std::move(files), options);
}

}  // namespace howdah
