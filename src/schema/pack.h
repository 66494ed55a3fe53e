#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "types/tensor.h"

namespace howdah {

/// Pack k columns of n values of `dtype` (no nulls) into one array of n·k values,
/// row-major, in fresh memory aligned to 64 bytes. InvalidInput: more than 2 GiB of text.
Result<std::shared_ptr<arrow::Array>> PackColumns(
    const std::vector<std::shared_ptr<arrow::Array>>& columns, DType dtype);

/// The other way: `values` (n rows of k scalars of any type that lands, no nulls) as k
/// columns of n values.
Result<std::vector<std::shared_ptr<arrow::Array>>> UnpackColumns(
    const arrow::Array& values, int64_t n, int64_t k);

}  // namespace howdah
