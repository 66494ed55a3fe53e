#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace howdah {
namespace {

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string NearestName(std::string_view word, std::span<const std::string> candidates) {
  constexpr size_t kLongestName = 200;  // longer words are not typing slips
  if (word.size() > kLongestName) return "";
  std::string nearest;
  size_t least = std::max<size_t>(2, word.size() / 2) + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(word, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string DidYouMean(std::string_view word, std::span<const std::string> candidates) {
  const std::string nearest = NearestName(word, candidates);
  return nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
}

std::string QuotedList(std::span<const std::string> names, size_t most) {
  std::string list;
  for (size_t i = 0; i < names.size() && i < most; ++i) {
    list += fmt::format("{}'{}'", i == 0 ? "" : ", ", names[i]);
  }
  if (names.size() > most) list += fmt::format(" … ({} more)", names.size() - most);
  return list.empty() ? "none" : list;
}

}  // namespace howdah
