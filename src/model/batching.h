#pragma once

#include <cstdint>
#include <vector>

#include "base/status.h"
#include "types/tensor.h"

namespace howdah {

/// How the rows of one call are cut into runs of the model.
struct Batching {
  enum class Kind {
    kAnyRows,    ///< one run takes all rows
    kFixedRows,  ///< each run takes exactly `rows_per_run`; the last is padded
    kRowByRow,   ///< an input has rank 0: each row is a run by itself
  };
  Kind kind = Kind::kAnyRows;
  int64_t rows_per_run = 0;  ///< of kFixedRows and kRowByRow
};

/// The batching that the inputs of `signature` ask for, looking only at those that are
/// fed. Unsupported: no input is fed; two inputs have different fixed batch dimensions
/// (names both).
Result<Batching> BatchingOf(const Signature& signature, const std::vector<bool>& fed);

/// Check the fed inputs (values != nullptr) against `signature`, and count their rows.
/// SchemaMismatch: dtype, rank or a dimension differs from the signature's, or rows
/// differ between inputs (names input, expected, got). InvalidInput: `values` is not what
/// Tensor promises.
Result<int64_t> CheckInputs(const Signature& signature, const std::vector<Tensor>& inputs,
                            const Batching& batching);

/// A tensor of `spec` without rows; a dimension that is not known becomes 0.
Result<Tensor> EmptyTensor(const TensorSpec& spec, const Batching& batching);

}  // namespace howdah
