#include "cli/fs/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace howdah::cli {
namespace {

std::string TimeText(const std::tm& time, const char* format) {
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, format, &time));
}

time_t Seconds(int64_t micros) {
  constexpr int64_t kMicros = 1'000'000;
  return static_cast<time_t>(micros / kMicros - (micros % kMicros < 0 ? 1 : 0));
}

}  // namespace

std::string HumanSize(int64_t bytes) {
  constexpr std::string_view kPrefixes = "KMGTPE";
  if (bytes < 0) return "-" + HumanSize(-bytes);
  if (bytes < 1024) return std::to_string(bytes);
  size_t prefix = 0;
  while (prefix + 1 < kPrefixes.size() && bytes >> (10 * (prefix + 2)) > 0) ++prefix;
  auto shift = static_cast<int>(10 * (prefix + 1));
  if ((bytes & ((int64_t{1} << shift) - 1)) == 0) {
    return fmt::format("{} {}", bytes >> shift, kPrefixes[prefix]);
  }
  const auto tenths = [&] {
    return static_cast<int64_t>(
        (static_cast<__int128>(bytes) * 20 + (static_cast<__int128>(1) << shift)) >>
        (shift + 1));
  };
  if (tenths() >= 10'240 && prefix + 1 < kPrefixes.size()) {
    ++prefix;
    shift += 10;
  }
  return fmt::format("{}.{} {}", tenths() / 10, tenths() % 10, kPrefixes[prefix]);
}

std::string SizeText(int64_t bytes, SizeStyle style) {
  return style == SizeStyle::kHuman ? HumanSize(bytes) : std::to_string(bytes);
}

std::string LocalMinute(int64_t micros) {
  const time_t seconds = Seconds(micros);
  std::tm time{};
  localtime_r(&seconds, &time);
  return TimeText(time, "%Y-%m-%d %H:%M");
}

std::string UtcSecond(int64_t micros) {
  const time_t seconds = Seconds(micros);
  std::tm time{};
  gmtime_r(&seconds, &time);
  return TimeText(time, "%Y-%m-%d %H:%M:%S");
}

std::string Printable(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';
  }
  return text;
}

std::string PadLeft(std::string_view text, size_t width) {
  return std::string(width - std::min(width, text.size()), ' ').append(text);
}

std::string PadRight(std::string_view text, size_t width) {
  return std::string(text) + std::string(width - std::min(width, text.size()), ' ');
}

std::string TableText(const std::vector<std::vector<std::string>>& rows,
                      const std::vector<bool>& right_aligned) {
  std::vector<size_t> widths(right_aligned.size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += "  ";
      if (right_aligned[i]) {
        text += PadLeft(row[i], widths[i]);
      } else {
        text += i + 1 < row.size() ? PadRight(row[i], widths[i]) : row[i];
      }
    }
    text += '\n';
  }
  return text;
}

}  // namespace howdah::cli
