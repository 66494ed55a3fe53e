#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "types/tensor.h"

namespace howdah {

/// An output column made from a tensor.
struct TensorColumn {
  std::string name;  ///< as the user wrote it, for messages
  TensorSpec spec;
  std::optional<std::vector<int64_t>> shape;  ///< BatchShape of `spec`
  std::shared_ptr<arrow::DataType> type;      ///< TensorColumnType
};

/// The type of the column for a tensor of a supported `dtype` and this shape (of rank 1
/// or more, or unknown): a scalar, or list<element not null>.
std::shared_ptr<arrow::DataType> TensorColumnType(
    DType dtype, const std::optional<std::vector<int64_t>>& shape, bool binary);

/// "2,3" for a shape [?, 2, 3]: what a column of flattened lists must say about its rows;
/// "" if they are not flattened or differ from batch to batch.
std::string FlattenedShape(const std::optional<std::vector<int64_t>>& shape);

/// The column for `tensor`, sharing its memory where the elements are as they land.
/// Errors: as Landing::Convert.
Result<std::shared_ptr<arrow::Array>> MakeTensorColumn(const TensorColumn& column,
                                                       const Tensor& tensor,
                                                       int64_t rows);

}  // namespace howdah
