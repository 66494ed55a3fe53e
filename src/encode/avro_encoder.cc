#include "encode/avro_encoder.h"

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "avro/container.h"
#include "avro/schema_text.h"
#include "avro/varint.h"
#include "base/environment.h"
#include "encode/avro_block_writer.h"
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
              arrow::MemoryPool* pool)
      : schema_(std::move(schema)),
        sink_(sink),
        pool_(pool),
        values_(MakeAvroRecord(schema_->fields(), "", &null_)),
        nulls_(static_cast<size_t>(schema_->num_fields()), 0) {}

  /// To be called before anything else.
  Status Begin(AvroCodec codec, ContainerHeader header, const EncoderOptions& options) {
    const SyncMarker sync = RandomMarker(
        options.environment != nullptr ? *options.environment : Environment::System());
    HOWDAH_ASSIGN_OR_RETURN(
        blocks_, AvroBlockWriter::Make(sink_, sync, codec, options.threads, &pool_));
    return blocks_->Begin(std::move(header));
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
      auto* const begin =
          reinterpret_cast<std::byte*>(block_.buffer->mutable_data()) + block_.bytes;
      block_.bytes += values_->Put(row, rows, begin) - begin;
      if (null_.has_value()) {
        return Error(ErrorKind::kInvalidInput,
                     "column '{}': a null, but the column is not nullable", *null_);
      }
      row += rows;
      block_.rows += rows;
      if (block_.bytes >= kBlockBytes) HOWDAH_RETURN_IF_ERROR(blocks_->Put(&block_));
    }
    columns_.clear();  // the batch's memory is its owner's again
    return Status::OK();
  }

  int64_t EstimatedBytes() const override {
    const int64_t waiting = block_.bytes + blocks_->waiting();
    const int64_t done = blocks_->uncompressed();
    if (done == 0) return blocks_->written() + waiting;
    return blocks_->written() +
           static_cast<int64_t>(static_cast<double>(waiting) *
                                static_cast<double>(blocks_->written()) /
                                static_cast<double>(done));
  }
  int64_t BufferedBytes() const override { return pool_.bytes_allocated(); }

  Status Flush() override {
    if (block_.rows > 0) HOWDAH_RETURN_IF_ERROR(blocks_->Put(&block_));
    block_.buffer.reset();
    return blocks_->Finish();
  }

  Result<EncodedFile> Close() override {
    if (block_.rows > 0) HOWDAH_RETURN_IF_ERROR(blocks_->Put(&block_));
    HOWDAH_RETURN_IF_ERROR(blocks_->Finish());
    EncodedFile file{.rows = blocks_->rows(), .row_groups = blocks_->blocks()};
    for (int i = 0; i < schema_->num_fields(); ++i) {
      file.columns.push_back({.name = schema_->field(i)->name(),
                              .compressed_bytes = {},
                              .uncompressed_bytes = {},
                              .null_count = nulls_[static_cast<size_t>(i)]});
    }
    return file;
  }

 private:
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
    const int64_t needed = block_.bytes + bound + kAvroLongRoom;
    if (needed > kMostAvroBlock && block_.rows > 0) {
      HOWDAH_RETURN_IF_ERROR(blocks_->Put(&block_));
      return MakeRoom(first, most);
    }
    if (needed > kMostAvroBlock) {
      return Error(ErrorKind::kResourceExhausted,
                   "a row of up to {} bytes; an Avro block holds at most {}", bound,
                   kMostAvroBlock);
    }
    if (block_.buffer == nullptr || needed > block_.buffer->size()) {
      const int64_t size = std::max(needed, kBlockBytes + 2 * kPieceBytes);
      HOWDAH_ASSIGN_OR_RETURN(auto larger, arrow::AllocateResizableBuffer(size, &pool_));
      if (block_.bytes > 0) {
        std::memcpy(larger->mutable_data(), block_.buffer->data(),
                    static_cast<size_t>(block_.bytes));
      }
      block_.buffer = std::move(larger);
    }
    return rows;
  }

  const std::shared_ptr<arrow::Schema> schema_;
  ByteSink* const sink_;
  arrow::ProxyMemoryPool pool_;
  std::unique_ptr<AvroBlockWriter> blocks_;
  NullPath null_;
  const std::unique_ptr<AvroValues> values_;
  std::vector<int64_t> nulls_;         // of each column
  std::vector<ArrayDataPtr> columns_;  // of the batch at hand
  AvroBlock block_;                    // that rows go into
  int64_t piece_rows_ = 512;
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
  auto encoder = std::make_unique<AvroEncoder>(std::move(schema), sink, pool);
  HOWDAH_RETURN_IF_ERROR(encoder->Begin(codec,
                                        {.schema = text.json,
                                         .codec = std::string(Name(codec)),
                                         .metadata = options.metadata},
                                        options));
  return encoder;
}

}  // namespace howdah
