#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace howdah::cli {

/// How `hdfs dfs` writes sizes, times and tables.

/// Sizes as plain digits, or for people.
enum class SizeStyle { kBytes, kHuman };

/// 1536 -> "1.5 K", 1024 -> "1 K", 100 -> "100". Source: TraditionalBinaryPrefix of
/// StringUtils.java, one decimal, halves rounded up.
std::string HumanSize(int64_t bytes);
std::string SizeText(int64_t bytes, SizeStyle style);

/// "2026-11-23 04:05" in this machine's time zone.
std::string LocalMinute(int64_t micros);
/// "2026-11-23 04:05:06" in UTC.
std::string UtcSecond(int64_t micros);

/// `name` with '?' for letters that would move a terminal's cursor.
std::string Printable(std::string_view name);

/// `text` with spaces to its left until it is `width` wide.
std::string PadLeft(std::string_view text, size_t width);
/// The same to its right.
std::string PadRight(std::string_view text, size_t width);

/// Rows of equally many cells as lines: columns stand two spaces apart, those of
/// `right_aligned` to the right, the last one without spaces at its end.
std::string TableText(const std::vector<std::vector<std::string>>& rows,
                      const std::vector<bool>& right_aligned);

}  // namespace howdah::cli
