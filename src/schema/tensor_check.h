#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/status.h"
#include "schema/tensor_column.h"
#include "types/tensor.h"

namespace arrow {
class Array;
class Buffer;
class DataType;
}  // namespace arrow

namespace howdah {

/// `tensor` against the signature's output `column.spec`. SchemaMismatch: another dtype,
/// shape or number of rows, row splits that contradict each other.
/// \return elements per row; of a ragged output, elements per flat value.
Result<int64_t> CheckTensor(const TensorColumn& column, const Tensor& tensor,
                            int64_t rows);

/// The list levels of a column, outermost first: for each the int32 offsets that Arrow's
/// list layout has. Empty: a scalar column.
struct ListLevels {
  std::vector<std::shared_ptr<arrow::Buffer>> offsets;

  /// The row that has `element`.
  int64_t RowOf(int64_t element) const;
  /// `elements` inside these lists, as an array of `type`.
  std::shared_ptr<arrow::Array> Nest(const std::shared_ptr<arrow::DataType>& type,
                                     std::shared_ptr<arrow::Array> elements) const;
};

/// `count` lists of `length` elements. InvalidInput: more than 2^31-1 elements.
Result<std::shared_ptr<arrow::Buffer>> EqualLists(const TensorColumn& column,
                                                  int64_t count, int64_t length);

/// The levels of `column` (as many as column.depth) for a tensor that CheckTensor passed.
/// SchemaMismatch: the tensor has another number of dimensions.
Result<ListLevels> MakeLevels(const TensorColumn& column, const Tensor& tensor,
                              int64_t per_row, int64_t rows);

}  // namespace howdah
