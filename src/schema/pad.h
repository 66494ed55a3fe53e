#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "schema/flatten.h"
#include "types/tensor.h"

namespace howdah {

/// `text` as an array of one element of ValueType(dtype): what fills up short lists.
/// Integers and floats as C++'s from_chars reads them ("-1", "0.5", "nan", "inf"; rounded
/// to the dtype), "true" or "false", any text for strings. SchemaMismatch: text that is
/// no element of the dtype (a clause that says so).
Result<std::shared_ptr<arrow::Array>> ParsePad(const std::string& text, DType dtype);

/// The lists of a column, taken apart, each with its own length.
struct RaggedElements {
  std::shared_ptr<arrow::Array> values;  ///< without nulls; dictionaries are looked up
  /// Per list level: where each list begins among the lists (or elements) of the next
  /// level, and where the last one ends. The first value is 0.
  std::vector<std::vector<int64_t>> offsets;

  /// The row that has `element` (an index into `values`).
  int64_t RowOf(int64_t element) const { return RowOf(element, offsets.size()); }
  /// The row that has list `index` of level `level`.
  int64_t RowOf(int64_t index, size_t level) const;
};

/// Take the `levels` list levels of `column` apart. InvalidInput, naming the row: a null.
/// \param fault  set to the row and code of an error that a row is the reason of.
Result<RaggedElements> TakeRaggedApart(const std::shared_ptr<arrow::Array>& column,
                                       size_t levels, RowFault* fault);

/// Fill the lists of each level up to `lengths` or, where that is kUnknownDim, to the
/// longest list of the level. Shares `ragged.values` when all lists are of that length.
/// \param ragged  its values are of ValueType(dtype).
/// \param pad  as ParsePad made it for `dtype`.
/// \param fault  as TakeRaggedApart.
/// InvalidInput: a list that is longer (names the row), more than 2 GiB of elements.
Result<Elements> PadLists(const RaggedElements& ragged,
                          const std::vector<int64_t>& lengths, DType dtype,
                          const arrow::Array& pad, RowFault* fault);

}  // namespace howdah
