#pragma once

#include <cstdint>
#include <span>

#include "base/status.h"
#include "types/tensor.h"

namespace howdah {

/// The elements that a row of a dense tensor, or a flat value of a ragged one, has.
int64_t ElementsPerRow(const Tensor& tensor);

/// The first dimension; of a ragged tensor the rows that its row splits make.
int64_t RowsOf(const Tensor& tensor);

/// Rows [begin, begin + rows) of `tensor`, sharing the memory of its values.
Result<Tensor> SliceRows(const Tensor& tensor, int64_t begin, int64_t rows);

/// Check the row splits of a ragged tensor from outside: what Tensor::row_splits
/// promises. SchemaMismatch says what is wrong.
Status CheckRowSplits(const Tensor& tensor);

/// `tensor`, which has a row, with its last row repeated until there are `rows`.
Result<Tensor> PadRows(const Tensor& tensor, int64_t rows);

/// The rows of all `pieces` (at least one) in order. SchemaMismatch: their other
/// dimensions differ. ResourceExhausted: more than 2 GiB of strings.
Result<Tensor> JoinRows(std::span<const Tensor> pieces);

}  // namespace howdah
