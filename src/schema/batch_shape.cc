#include "schema/batch_shape.h"

#include <algorithm>

namespace howdah {

bool IsPerRow(const Signature& signature) {
  return std::any_of(signature.inputs.begin(), signature.inputs.end(),
                     [](const TensorSpec& input) {
                       return !input.has_default && input.shape && input.shape->empty();
                     });
}

std::optional<std::vector<int64_t>> BatchShape(const Signature& signature,
                                               const TensorSpec& spec) {
  std::optional<std::vector<int64_t>> shape = spec.shape;
  if (shape && IsPerRow(signature)) shape->insert(shape->begin(), kUnknownDim);
  return shape;
}

std::optional<int64_t> ElementCount(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t dim : shape) {
    if (dim < 0 || __builtin_mul_overflow(count, dim, &count)) return std::nullopt;
  }
  return count;
}

}  // namespace howdah
