#include "source/rebatcher.h"

#include <arrow/array/concatenate.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace howdah {
namespace {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

Result<std::shared_ptr<arrow::RecordBatch>> Join(const Batches& pieces,
                                                 arrow::MemoryPool* pool) {
  const std::shared_ptr<arrow::Schema>& schema = pieces.front()->schema();
  int64_t rows = 0;
  for (const auto& piece : pieces) rows += piece->num_rows();
  arrow::ArrayVector columns;
  for (int i = 0; i < schema->num_fields(); ++i) {
    arrow::ArrayVector arrays;
    for (const auto& piece : pieces) arrays.push_back(piece->column(i));
    Result<std::shared_ptr<arrow::Array>> joined = arrow::Concatenate(arrays, pool);
    if (!joined.ok()) {
      // Arrow's offsets are 32 bits wide: a batch holds at most 2 GiB of text per column.
      return Error(ErrorKind::kResourceExhausted,
                   "column '{}': {} rows do not fit into one batch ({}); lower the "
                   "number of rows per batch",
                   schema->field(i)->name(), rows, joined.status().message());
    }
    columns.push_back(std::move(joined).ValueUnsafe());
  }
  return arrow::RecordBatch::Make(schema, rows, std::move(columns));
}

class Rebatcher final : public SplitReader {
 public:
  Rebatcher(std::unique_ptr<ChunkReader> chunks, int64_t batch_rows,
            arrow::MemoryPool* pool)
      : chunks_(std::move(chunks)), batch_rows_(batch_rows), pool_(pool) {}

  Result<SourceBatch> Next(int64_t batches) override {
    HOWDAH_RETURN_IF_ERROR(Refill());
    if (chunk_.rows == nullptr) return SourceBatch{};
    SourceBatch batch{.file = chunk_.file, .first_row = chunk_.first_row + used_};
    if (const int64_t whole = Unused() / batch_rows_; whole > 0) {
      batch.rows = Take(std::min(whole, batches) * batch_rows_);
      return batch;
    }
    Batches pieces;
    for (int64_t missing = batch_rows_; missing > 0 && chunk_.rows != nullptr;) {
      pieces.push_back(Take(std::min(missing, Unused())));
      missing -= pieces.back()->num_rows();
      if (missing > 0) HOWDAH_RETURN_IF_ERROR(Refill());
    }
    if (pieces.size() == 1) {
      batch.rows = std::move(pieces.front());
      return batch;
    }
    HOWDAH_ASSIGN_OR_RETURN(batch.rows, Join(pieces, pool_));
    return batch;
  }

 private:
  int64_t Unused() const { return chunk_.rows->num_rows() - used_; }

  /// Have a chunk with rows that are not used yet; none at the end of the split.
  Status Refill() {
    if (chunk_.rows != nullptr && Unused() > 0) return Status::OK();
    chunk_ = {};  // its memory is free before the next one is decoded
    used_ = 0;
    return chunks_->NextChunk().Value(&chunk_);
  }

  std::shared_ptr<arrow::RecordBatch> Take(int64_t rows) {
    const int64_t begin = used_;
    used_ += rows;
    return rows == chunk_.rows->num_rows() ? chunk_.rows
                                           : chunk_.rows->Slice(begin, rows);
  }

  const std::unique_ptr<ChunkReader> chunks_;
  const int64_t batch_rows_;
  arrow::MemoryPool* const pool_;
  SourceBatch chunk_;
  int64_t used_ = 0;  // rows of chunk_ that are already in batches
};

}  // namespace

std::unique_ptr<SplitReader> MakeRebatcher(std::unique_ptr<ChunkReader> chunks,
                                           int64_t batch_rows, arrow::MemoryPool* pool) {
  return std::make_unique<Rebatcher>(std::move(chunks), batch_rows, pool);
}

}  // namespace howdah
