#pragma once

#include <cstdint>

namespace arrow {
class Array;
}  // namespace arrow

namespace howdah {

/// The first value of `array` (string, large_string, binary or large_binary) that is not
/// UTF-8, or -1. Nulls are passed over.
int64_t FirstInvalidUtf8(const arrow::Array& array);

}  // namespace howdah
