#pragma once

#include "encode/encoder.h"

namespace howdah {

/// "json": JSON lines (https://jsonlines.org), one object with all columns on each line.
/// Tensors are nested arrays by their "tensor.shape", maps are objects, numbers are JSON
/// numbers also where they are beyond 2^53; times, decimals, and binary in base64, are
/// strings. Floats are the shortest text that reads back; NaN and infinities are refused
/// unless TextOptions::nan_as_string. Never destroyed.
const Format& JsonFormat();

}  // namespace howdah
