#pragma once

#include <cstdint>
#include <memory>

#include "base/status.h"

namespace arrow {
class Array;
class DataType;
}  // namespace arrow

namespace howdah {

/// Casts values that are not nested: of numbers, dates and times, text and decimals.
/// Errors and bad_row: as CastToDeclared.
using ScalarCast = Result<std::shared_ptr<arrow::Array>> (*)(
    const std::shared_ptr<arrow::Array>& array,
    const std::shared_ptr<arrow::DataType>& type, int64_t* bad_row);

/// The cast by the table in declared_cast.h, nullptr if there is none. double -> float is
/// found: whether it may round is for the caller to ask.
ScalarCast FindScalarCast(const arrow::DataType& from, const arrow::DataType& to);

/// The casts between numbers, and between units of time, of FindScalarCast.
ScalarCast FindNumberCast(const arrow::DataType& from, const arrow::DataType& to);
ScalarCast FindTimeCast(const arrow::DataType& from, const arrow::DataType& to);

}  // namespace howdah
