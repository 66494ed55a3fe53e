#pragma once

#include <memory>

#include "base/status.h"

namespace arrow {
class Array;
}  // namespace arrow

namespace howdah {

/// `array` of large_string, large_binary, string_view or binary_view as string or binary,
/// nulls kept. The bytes of large arrays are shared. InvalidInput: more than 2 GiB of
/// text.
Result<std::shared_ptr<arrow::Array>> NarrowBinary(
    const std::shared_ptr<arrow::Array>& array);

}  // namespace howdah
