#include "source/rebatcher.h"

#include <arrow/array/concatenate.h>
#include <arrow/record_batch.h>

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

  Result<SourceBatch> Next() override {
    SourceBatch batch;
    Batches pieces;
    for (int64_t missing = batch_rows_; missing > 0;) {
      if (chunk_.rows == nullptr || used_ == chunk_.rows->num_rows()) {
        chunk_ = {};  // its memory is free before the next one is decoded
        used_ = 0;
        HOWDAH_ASSIGN_OR_RETURN(chunk_, chunks_->NextChunk());
        if (chunk_.rows == nullptr) break;
      }
      if (pieces.empty()) {
        batch.file = chunk_.file;
        batch.first_row = chunk_.first_row + used_;
      }
      const int64_t rows = std::min(missing, chunk_.rows->num_rows() - used_);
      pieces.push_back(chunk_.rows->Slice(used_, rows));
      used_ += rows;
      missing -= rows;
    }
    if (pieces.size() == 1) batch.rows = std::move(pieces.front());
    if (pieces.size() > 1) {
      HOWDAH_ASSIGN_OR_RETURN(batch.rows, Join(pieces, pool_));
    }
    return batch;
  }

 private:
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
