#pragma once

#include <string_view>

#include "base/status.h"

namespace arrow {
class ArrayBuilder;
}

namespace howdah {

/// Append what `text` says to `builder`, of a type that is not nested, as MakeTextColumn
/// writes it. Corruption: it says no such value (a clause).
Status AppendText(std::string_view text, arrow::ArrayBuilder* builder);

}  // namespace howdah
