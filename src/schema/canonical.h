#pragma once

#include <cstdint>
#include <memory>

#include "base/status.h"

namespace arrow {
class Array;
class DataType;
}  // namespace arrow

namespace howdah {

/// The type in which values of `type` land, in every format; also inside lists, structs
/// and maps:
///   uint32, uint64 -> int64; float16 -> float32; timestamp[ns] and [s] -> timestamp[us]
///   (same zone), time64[ns] -> time64[us], time32[s] -> time32[ms], date64 -> date32;
///   string_view -> string, binary_view -> binary; a dictionary -> its values; a list
///   view -> a list; an extension type -> its storage; others as they are.
/// Names and nullability of fields inside stay; their metadata is dropped.
/// SchemaMismatch: null, union and run-end encoded types, and dictionaries of
/// nested values (a clause that says so).
Result<std::shared_ptr<arrow::DataType>> CanonicalType(
    const std::shared_ptr<arrow::DataType>& type);

/// `array` as an array of `type`, which is CanonicalType of its own. Returns `array`
/// itself when nothing changes. InvalidInput: a value that `type` cannot hold, text that
/// is not UTF-8; `*bad_row` is then the first such row and the message a clause about the
/// value.
Result<std::shared_ptr<arrow::Array>> ToCanonical(
    const std::shared_ptr<arrow::Array>& array,
    const std::shared_ptr<arrow::DataType>& type, int64_t* bad_row);

}  // namespace howdah
