#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"
#include "types/tensor.h"

namespace howdah {

/// The first element that a dtype cannot hold.
struct Misfit {
  int64_t index = -1;  ///< -1: none
  std::string value;   ///< as text
  /// The clause between the value and "tensor 'x' of int32".
  const char* verb = "cannot be held exactly by";
};

/// Casts an array without nulls to ValueType(dtype); no element changes its value. Shares
/// memory where the bytes are the same. When an element does not fit, `*misfit` is set
/// and the result is nullptr.
using ElementCast = Result<std::shared_ptr<arrow::Array>> (*)(
    const std::shared_ptr<arrow::Array>& elements, DType dtype, Misfit* misfit);

/// The cast for a pair of types, by the table in feed.h; nullptr if there is none.
ElementCast FindElementCast(const arrow::DataType& type, DType dtype);

/// What a user can do about a pair without a cast: a clause.
std::string CastAdvice(const arrow::DataType& type, DType dtype);

}  // namespace howdah
