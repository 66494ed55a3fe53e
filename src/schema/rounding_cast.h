#pragma once

#include "schema/element_cast.h"

namespace howdah {

/// The cast for numbers that were text, whose columns are of double, int64 or uint64:
///   to a floating dtype, rounded once to the nearest, ties to even; a finite number that
///   would become infinite is a misfit;
///   double to an integer dtype, if it is whole and in range.
/// nullptr for pairs that are not rounded, for which FindElementCast decides.
ElementCast FindRoundingCast(const arrow::DataType& type, DType dtype);

}  // namespace howdah
