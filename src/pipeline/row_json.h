#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace arrow {
class RecordBatch;
}  // namespace arrow

namespace howdah {

/// One row as a JSON object, column by column: to be looked at, and to be scored again
/// once it is mended. Any value has a form: what is not finite is text ("NaN",
/// "Infinity", "-Infinity"), bytes and text that is not UTF-8 are {"base64": "…"}; dates,
/// times and decimals are text; a map is a list of [key, value].
Result<std::string> RowAsJson(const arrow::RecordBatch& rows, int64_t row);

}  // namespace howdah
