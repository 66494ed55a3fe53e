#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace howdah {

/// The candidate nearest to `word` by edit distance, or "" when none is near enough to be
/// what the user may have meant.
std::string NearestName(std::string_view word, std::span<const std::string> candidates);

/// "; did you mean 'x'?" for the nearest candidate, or "".
std::string DidYouMean(std::string_view word, std::span<const std::string> candidates);

/// "'a', 'b', 'c'": at most `most` names, then "… (12 more)".
std::string QuotedList(std::span<const std::string> names, size_t most = 20);

/// `text`, cut with "…" if it is long: for messages. Bytes that are not ASCII may be cut
/// in their middle.
std::string Shortened(std::string text);

}  // namespace howdah
