#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/status.h"

namespace howdah {

/// Rows that wait until there are enough of them to be put in order by partition: many
/// partitions of few rows cost more memory for objects than for values. Thread-confined.
class RowChunk {
 public:
  /// \param partition_of  of each row.
  void Add(std::shared_ptr<arrow::RecordBatch> rows, std::vector<uint32_t> partition_of);
  /// What Add of `rows` adds to BufferedBytes.
  static int64_t BytesOf(const arrow::RecordBatch& rows);

  /// Hand over all rows, partition by partition, ascending; those of one in the order in
  /// which they came, in memory of their own. `take` may look at BufferedBytes.
  Status Drain(
      const std::function<Status(uint32_t, std::shared_ptr<arrow::RecordBatch>)>& take);

  bool empty() const { return rows_ == 0; }
  /// Bytes of memory; while Drain runs, with all that it holds.
  int64_t BufferedBytes() const { return bytes_; }
  /// What BufferedBytes comes to when Drain begins.
  int64_t DrainBytes() const { return 2 * bytes_; }

 private:
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  std::vector<uint32_t> partition_of_;
  int64_t rows_ = 0, bytes_ = 0;
};

}  // namespace howdah
