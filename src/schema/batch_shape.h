#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "types/tensor.h"

namespace howdah {

/// True if the shapes of `signature` describe one row, without a batch dimension: so it
/// is when an input that must be fed has rank 0. Such a model is run row by row, and each
/// of its tensors has one dimension more here, the rows, than in the signature.
bool IsPerRow(const Signature& signature);

/// The shape of the tensor that holds a batch of rows for `spec`, one of the inputs or
/// outputs of `signature`: the batch dimension first (kUnknownDim when IsPerRow).
/// nullopt: unknown rank.
std::optional<std::vector<int64_t>> BatchShape(const Signature& signature,
                                               const TensorSpec& spec);

/// The number of elements in a shape, or nullopt if it has an unknown dimension or int64
/// cannot hold the product.
std::optional<int64_t> ElementCount(const std::vector<int64_t>& shape);

}  // namespace howdah
