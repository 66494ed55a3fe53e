#pragma once

#include <string>
#include <string_view>

namespace howdah {

/// TensorFlow's error text as one line for people: the first root error only, without
/// "[[{{node …}}]]" lines and "[Op:…]" tails, the failing node's name at the end, cut
/// when long.
std::string OneLineFailure(std::string_view message);

}  // namespace howdah
