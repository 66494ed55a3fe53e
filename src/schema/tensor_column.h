#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "schema/landing.h"
#include "schema/row_fault.h"
#include "types/tensor.h"

namespace arrow {
class Array;
class DataType;
}  // namespace arrow

namespace howdah {

/// What is made from a tensor: one column, or several for kTopK and kExpand.
struct TensorColumn {
  std::string name;  ///< as the user wrote it, for messages
  TensorSpec spec;
  std::optional<std::vector<int64_t>> shape;  ///< BatchShape of `spec`
  OutputColumn::As as = OutputColumn::As::kTensor;
  int64_t top_k = 0;               ///< kTopK only
  int depth = 0;                   ///< kTensor, kBinary: list levels of the column
  std::vector<std::string> names;  ///< of the columns, before the name rule
  std::vector<std::shared_ptr<arrow::DataType>> types;  ///< of the columns
};

/// The list levels that a column of this shape has unless a schema declares others: of a
/// dense tensor none ([n], [n, 1]), one, or one for each inner dimension if two or more
/// of these are not known; of a ragged one those that it is ragged in.
int NaturalDepth(const TensorSpec& spec,
                 const std::optional<std::vector<int64_t>>& shape);

/// Set `column->names` and `types` from its other members, which CheckOption passed.
void NameParts(TensorColumn* column);

/// "" if `as` (argmax and so on) can be made from such an output, else why it cannot: a
/// sentence that names the column and the output.
std::string CheckOption(const TensorColumn& column);

/// "2,3" for a shape [?, 2, 3], "-1,3" for [?, ?, 3]: what a column of flattened lists
/// must say about its rows, as NumPy's reshape takes it; "" if they are not flattened.
std::string FlattenedShape(const std::optional<std::vector<int64_t>>& shape);

/// The columns for `tensor`, sharing its memory where the elements are as they land.
/// Errors: as Landing::Land; `*fault` is set to the one of InvalidInput that a value is
/// the reason of.
Result<std::vector<std::shared_ptr<arrow::Array>>> MakeTensorColumns(
    const TensorColumn& column, const Tensor& tensor, int64_t rows,
    std::optional<RowFault>* fault);

}  // namespace howdah
