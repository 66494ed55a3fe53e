#pragma once

#include <memory>

#include "base/status.h"

namespace arrow {
class Array;
class Buffer;
class DataType;
}  // namespace arrow

namespace howdah {

/// The validity bitmap of `array` as an array with offset 0 needs it; nullptr without
/// nulls.
Result<std::shared_ptr<arrow::Buffer>> ValidityFromZero(const arrow::Array& array);

/// The same buffers as an array of `type`, for which they must be right.
std::shared_ptr<arrow::Array> WithType(const arrow::Array& array,
                                       const std::shared_ptr<arrow::DataType>& type);

}  // namespace howdah
