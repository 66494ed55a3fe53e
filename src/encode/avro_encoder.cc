#include "encode/avro_encoder.h"

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "avro/block_codec.h"
#include "avro/container.h"
#include "avro/schema_text.h"
#include "avro/varint.h"
#include "base/environment.h"
#include "encode/avro_values.h"

namespace howdah {
namespace {

// Uncompressed, at which a block ends: it stays in the processor's own cache until it is
// compressed, and is small beside the split of a reader that looks for its beginning.
constexpr int64_t kBlockBytes = int64_t{256} << 10;
// Rows are bounded and written in pieces of about this size.
constexpr int64_t kPieceBytes = int64_t{32} << 10;

SyncMarker RandomMarker(Environment& environment) {
  SyncMarker marker;
  for (size_t i = 0; i < marker.size(); i += sizeof(uint64_t)) {
    const uint64_t random = environment.Random64();
    std::memcpy(marker.data() + i, &random, sizeof random);
  }
  return marker;
}

class AvroEncoder final : public Encoder {
 public:
  AvroEncoder(std::shared_ptr<arrow::Schema> schema, ByteSink* sink,
              const EncoderOptions& options, std::unique_ptr<BlockCompressor> codec,
              arrow::MemoryPool* pool)
      : schema_(std::move(schema)),
        sink_(sink),
        pool_(pool),
        codec_(std::move(codec)),
        sync_(RandomMarker(options.environment != nullptr ? *options.environment
                                                          : Environment::System())),
        values_(MakeAvroRecord(schema_->fields(), "", &null_)),
        nulls_(static_cast<size_t>(schema_->num_fields()), 0) {}

  Status Begin(ContainerHeader header) {
    header.sync = sync_;
    const std::string bytes = SerializeHeader(header);
    return Append(std::as_bytes(std::span(bytes.data(), bytes.size())));
  }

  Status Write(const arrow::RecordBatch& batch) override {
    if (batch.schema() != schema_ && !batch.schema()->Equals(*schema_, false)) {
      return Error(ErrorKind::kInternal, "a batch with columns {} came to a file of {}",
                   batch.schema()->ToString(), schema_->ToString());
    }
    columns_.clear();
    for (int i = 0; i < batch.num_columns(); ++i) {
      columns_.push_back(batch.column_data(i));
      nulls_[static_cast<size_t>(i)] += columns_.back()->GetNullCount();
    }
    values_->Bind(columns_);
    for (int64_t row = 0; row < batch.num_rows();) {
      HOWDAH_ASSIGN_OR_RETURN(const int64_t rows, MakeRoom(row, batch.num_rows() - row));
      std::byte* const begin = Block() + filled_;
      filled_ += values_->Put(row, rows, begin) - begin;
      if (null_.has_value()) {
        return Error(ErrorKind::kInvalidInput,
                     "column '{}': a null, but the column is not nullable", *null_);
      }
      row += rows;
      rows_in_block_ += rows;
      if (filled_ >= kBlockBytes) HOWDAH_RETURN_IF_ERROR(EndBlock());
    }
    columns_.clear();  // the batch's memory is its owner's again
    return Status::OK();
  }

  int64_t EstimatedBytes() const override {
    return written_ + (uncompressed_ == 0
                           ? filled_
                           : static_cast<int64_t>(static_cast<double>(filled_) *
                                                  static_cast<double>(written_) /
                                                  static_cast<double>(uncompressed_)));
  }
  int64_t BufferedBytes() const override { return pool_.bytes_allocated(); }

  Result<EncodedFile> Close() override {
    if (rows_in_block_ > 0) HOWDAH_RETURN_IF_ERROR(EndBlock());
    EncodedFile file{.rows = rows_, .row_groups = blocks_};
    for (int i = 0; i < schema_->num_fields(); ++i) {
      file.columns.push_back({.name = schema_->field(i)->name(),
                              .compressed_bytes = {},
                              .uncompressed_bytes = {},
                              .null_count = nulls_[static_cast<size_t>(i)]});
    }
    return file;
  }

 private:
  std::byte* Block() { return reinterpret_cast<std::byte*>(block_->mutable_data()); }

  /// Have room in the block for some rows from `first` on, `most` at most.
  /// \return how many, at least one.
  Result<int64_t> MakeRoom(int64_t first, int64_t most) {
    // As many as fitted the last time, in both directions.
    int64_t rows = std::min(most, 2 * piece_rows_);
    int64_t bound = values_->Bound(first, rows);
    while (rows > 1 && bound > kPieceBytes) {
      rows = (rows + 1) / 2;
      bound = values_->Bound(first, rows);
    }
    piece_rows_ = rows;
    const int64_t needed = filled_ + bound + kAvroLongRoom;
    if (needed > kMostAvroBlock && rows_in_block_ > 0) {
      HOWDAH_RETURN_IF_ERROR(EndBlock());
      return MakeRoom(first, most);
    }
    if (needed > kMostAvroBlock) {
      return Error(ErrorKind::kResourceExhausted,
                   "a row of up to {} bytes; an Avro block holds at most {}", bound,
                   kMostAvroBlock);
    }
    if (block_ == nullptr || needed > block_->size()) {
      const int64_t size = std::max(needed, kBlockBytes + 2 * kPieceBytes);
      HOWDAH_ASSIGN_OR_RETURN(auto larger, arrow::AllocateResizableBuffer(size, &pool_));
      if (filled_ > 0) {
        std::memcpy(larger->mutable_data(), block_->data(), static_cast<size_t>(filled_));
      }
      block_ = std::move(larger);
    }
    return rows;
  }

  Status EndBlock() {
    HOWDAH_ASSIGN_OR_RETURN(
        const StoredBlock stored,
        codec_->Compress(std::span(Block(), static_cast<size_t>(filled_))));
    if (stored.bytes > kMostAvroBlock) {
      return Error(ErrorKind::kResourceExhausted,
                   "a row that compresses to {} bytes; an Avro block holds at most {}",
                   stored.bytes, kMostAvroBlock);
    }
    std::array<std::byte, 2 * kAvroLongRoom> head;
    const std::byte* const head_end =
        PutAvroLong(stored.bytes, PutAvroLong(rows_in_block_, head.data()));
    HOWDAH_RETURN_IF_ERROR(
        Append(std::span(head).first(static_cast<size_t>(head_end - head.data()))));
    for (const auto piece : stored.pieces) HOWDAH_RETURN_IF_ERROR(Append(piece));
    HOWDAH_RETURN_IF_ERROR(Append(sync_));
    uncompressed_ += filled_;
    rows_ += rows_in_block_;
    ++blocks_;
    rows_in_block_ = filled_ = 0;
    return Status::OK();
  }

  Status Append(std::span<const std::byte> bytes) {
    written_ += static_cast<int64_t>(bytes.size());
    return sink_->Append(bytes);
  }

  const std::shared_ptr<arrow::Schema> schema_;
  ByteSink* const sink_;
  arrow::ProxyMemoryPool pool_;
  const std::unique_ptr<BlockCompressor> codec_;
  const SyncMarker sync_;
  NullPath null_;
  const std::unique_ptr<AvroValues> values_;
  std::vector<int64_t> nulls_;         // of each column
  std::vector<ArrayDataPtr> columns_;  // of the batch at hand
  std::unique_ptr<arrow::ResizableBuffer> block_;
  int64_t piece_rows_ = 512;
  int64_t filled_ = 0, rows_in_block_ = 0;  // of block_
  int64_t written_ = 0, uncompressed_ = 0;  // bytes of the file; of its blocks
  int64_t rows_ = 0, blocks_ = 0;           // of the file
};

}  // namespace

Result<std::unique_ptr<Encoder>> MakeAvroEncoder(std::shared_ptr<arrow::Schema> schema,
                                                 ByteSink* sink,
                                                 const EncoderOptions& options) {
  HOWDAH_ASSIGN_OR_RETURN(const AvroSchemaText text, ToAvroSchema(*schema));
  HOWDAH_ASSIGN_OR_RETURN(
      const AvroCodec codec,
      AvroCodecNamed(options.compression == "none" ? "null" : options.compression));
  for (const auto& [key, value] : options.metadata) {
    if (!key.starts_with(kAvroReservedKeys)) continue;
    return Error(ErrorKind::kInvalidInput,
                 "metadata key '{}': those that begin '{}' are Avro's own", key,
                 kAvroReservedKeys);
  }
  arrow::MemoryPool* const pool =
      options.pool != nullptr ? options.pool : arrow::default_memory_pool();
  HOWDAH_ASSIGN_OR_RETURN(auto compressor, MakeBlockCompressor(codec, pool));
  auto encoder = std::make_unique<AvroEncoder>(std::move(schema), sink, options,
                                               std::move(compressor), pool);
  HOWDAH_RETURN_IF_ERROR(encoder->Begin({.schema = text.json,
                                         .codec = std::string(Name(codec)),
                                         .metadata = options.metadata}));
  return encoder;
}

}  // namespace howdah
