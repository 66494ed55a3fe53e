#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "schema/row_fault.h"

namespace arrow {
class Array;
class DataType;
}  // namespace arrow

namespace howdah {

/// A column type with its lists taken apart; extension types count as their storage.
struct NestedType {
  std::vector<int64_t>
      lengths;  ///< per list level, kUnknownDim where each list has its own
  std::shared_ptr<arrow::DataType> element;  ///< what the innermost lists hold
};

/// What an array of an extension type holds; other arrays as they are.
std::shared_ptr<arrow::Array> StorageOf(std::shared_ptr<arrow::Array> array);

NestedType TakeApart(const std::shared_ptr<arrow::DataType>& type);

/// The elements of a column, row-major.
struct Elements {
  std::shared_ptr<arrow::Array> values;  ///< without nulls; dictionaries are looked up
  std::vector<int64_t> lengths;          ///< of the lists, per level
  int64_t per_row = 1;                   ///< product of lengths
};

/// Take the lists of `column` apart. The elements are shared with the column unless they
/// are in a dictionary.
/// \param lengths  expected length per list level; kUnknownDim: as in the first list.
/// \param advice  what a user can do about lists of another length, or "".
/// \param fault  set to the row that an error is about, with its code, if it is wrong by
///   itself: not if its list has another length than the first.
/// InvalidInput, naming the row: a null, a list of another length.
Result<Elements> Flatten(const std::shared_ptr<arrow::Array>& column,
                         const std::vector<int64_t>& lengths, const std::string& advice,
                         RowFault* fault);

}  // namespace howdah
