#pragma once

#include <cstdint>
#include <memory>

#include "base/status.h"

namespace arrow {
class Array;
class DataType;
class DictionaryArray;
}  // namespace arrow

namespace howdah {

/// True if Decode can look up values of `type`: all but nested and extension types.
bool IsDecodable(const arrow::DataType& type);

/// `array` with its values looked up: an array of the dictionary's value type; a null
/// index and a null value are both null. The value type must be decodable. InvalidInput:
/// an index outside the dictionary; `*bad_row` is then the first such row.
Result<std::shared_ptr<arrow::Array>> Decode(const arrow::DictionaryArray& array,
                                             int64_t* bad_row);

}  // namespace howdah
