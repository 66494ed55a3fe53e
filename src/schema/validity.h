#pragma once

#include <memory>

#include "base/status.h"

namespace arrow {
class Array;
class Buffer;
}  // namespace arrow

namespace howdah {

/// The validity bitmap of `array` as an array with offset 0 needs it; nullptr without
/// nulls.
Result<std::shared_ptr<arrow::Buffer>> ValidityFromZero(const arrow::Array& array);

}  // namespace howdah
