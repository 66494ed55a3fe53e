#pragma once

#include <cstdint>
#include <memory>

#include "base/status.h"

namespace arrow {
class Array;
class DataType;
}  // namespace arrow

namespace howdah {

/// OK if values of `from`, a type that lands (CanonicalType), can be cast to `to`, a type
/// that ParseAvroSchema makes, without changing. What only the values decide, the batch
/// decides. Else SchemaMismatch with a clause that says why and what to do.
///   the same; integers -> wider integers, and narrower or floating ones when each value
///   of the batch is held; float -> double; double -> float if `round`; text and bytes ->
///   each other (UTF-8 is checked); bytes -> fixed bytes of their length; decimals ->
///   more digits of the same scale; date64, times and timestamps -> another unit when
///   each value is whole and in range, with a zone -> UTC; lists -> lists; structs ->
///   structs by name of field; maps -> maps.
Status CheckDeclaredCast(const arrow::DataType& from, const arrow::DataType& to,
                         bool round);

/// `array` as an array of `type`, for a pair that CheckDeclaredCast passed. Shares memory
/// where the bytes are the same. Nulls stay; a null where `type` allows none inside is an
/// error. InvalidInput: a value that `type` cannot hold; `*bad_row` is then the first
/// such row and the message a clause about the value.
Result<std::shared_ptr<arrow::Array>> CastToDeclared(
    const std::shared_ptr<arrow::Array>& array,
    const std::shared_ptr<arrow::DataType>& type, int64_t* bad_row);

}  // namespace howdah
