#pragma once

#include <string>
#include <string_view>

namespace howdah {

/// The name that a column has in every format: lower case, [a-z_][a-z0-9_]*, at most 128
/// bytes; any other character (one per UTF-8 code point) becomes '_', and a leading digit
/// gets one before it. "Dense_1/out:0" -> "dense_1_out_0". The empty name becomes "_".
std::string LegalName(std::string_view name);

}  // namespace howdah
