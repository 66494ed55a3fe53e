#pragma once

#include <cstdint>
#include <memory>

#include "base/status.h"
#include "types/tensor.h"

namespace arrow {
class Array;
}  // namespace arrow

namespace howdah {

/// The index of the largest value in each of `rows` rows of `k` numbers, as int64. Of
/// equal values the first; a NaN is larger than any number (NumPy's argmax).
/// \param k  1 or more, unless there are no rows.
Result<std::shared_ptr<arrow::Array>> ArgMax(const Tensor& tensor, int64_t rows,
                                             int64_t k);

struct TopValues {
  std::shared_ptr<arrow::Array> values;   ///< rows * top, of the tensor's type
  std::shared_ptr<arrow::Array> indices;  ///< int64, within the row
};

/// The `top` largest values in each row, descending; of equal values that of the lower
/// index first (tf.math.top_k); NaNs before all numbers.
/// \param top  at most k, unless there are no rows.
Result<TopValues> TopK(const Tensor& tensor, int64_t rows, int64_t k, int64_t top);

}  // namespace howdah
