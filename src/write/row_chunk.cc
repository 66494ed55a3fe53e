#include "write/row_chunk.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/compute/api_vector.h>
#include <arrow/datum.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "types/array_bytes.h"

namespace howdah {
namespace {

/// \param rows  their places in `batch`.
Result<std::shared_ptr<arrow::RecordBatch>> TakeRows(
    const std::shared_ptr<arrow::RecordBatch>& batch, std::span<const int64_t> rows) {
  const auto count = static_cast<int64_t>(rows.size());
  auto indices = std::make_shared<arrow::Int64Array>(
      count, arrow::Buffer::Wrap(rows.data(), rows.size()));
  HOWDAH_ASSIGN_OR_RETURN(
      arrow::Datum taken,
      arrow::compute::Take(arrow::Datum(batch), arrow::Datum(std::move(indices)),
                           arrow::compute::TakeOptions::NoBoundsCheck()));
  return taken.record_batch();
}

}  // namespace

int64_t RowChunk::BytesOf(const arrow::RecordBatch& rows) {
  constexpr int64_t kColumnBytes = 512;  // of a batch, for objects
  // The partition, and the place when rows are put in order.
  constexpr int64_t kRowBytes = sizeof(uint32_t) + sizeof(int64_t);
  return ApproximateBytes(rows) + rows.num_columns() * kColumnBytes +
         rows.num_rows() * kRowBytes;
}

void RowChunk::Add(std::shared_ptr<arrow::RecordBatch> rows,
                   std::vector<uint32_t> partition_of) {
  rows_ += rows->num_rows();
  bytes_ += BytesOf(*rows);
  batches_.push_back(std::move(rows));
  partition_of_.insert(partition_of_.end(), partition_of.begin(), partition_of.end());
}

Status RowChunk::Drain(
    const std::function<Status(uint32_t, std::shared_ptr<arrow::RecordBatch>)>& take) {
  if (empty()) return Status::OK();
  std::shared_ptr<arrow::RecordBatch> all = batches_.front();
  if (batches_.size() > 1) {
    HOWDAH_ASSIGN_OR_RETURN(all, arrow::ConcatenateRecordBatches(batches_));
  }
  batches_.clear();
  const std::vector<uint32_t> partition_of = std::exchange(partition_of_, {});
  std::vector<int64_t> order(partition_of.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  std::ranges::stable_sort(
      order, {}, [&](int64_t row) { return partition_of[static_cast<size_t>(row)]; });
  const int64_t held = bytes_;
  for (size_t begin = 0; begin < order.size();) {
    const uint32_t partition = partition_of[static_cast<size_t>(order[begin])];
    size_t end = begin;
    while (end < order.size() &&
           partition_of[static_cast<size_t>(order[end])] == partition) {
      ++end;
    }
    HOWDAH_ASSIGN_OR_RETURN(auto rows,
                            TakeRows(all, std::span(order).subspan(begin, end - begin)));
    bytes_ = held + ApproximateBytes(*rows);
    HOWDAH_RETURN_IF_ERROR(take(partition, std::move(rows)));
    begin = end;
  }
  rows_ = bytes_ = 0;
  return Status::OK();
}

}  // namespace howdah
