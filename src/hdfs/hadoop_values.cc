#include "hdfs/hadoop_values.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <utility>

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == text.npos) return "";
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return lower;
}

template <typename... Args>
Status Unexpected(std::string_view text, std::string_view expected) {
  return Error(ErrorKind::kInvalidInput, "'{}' is not {}", text, expected);
}

bool ReadWhole(std::string_view digits, int base, int64_t* value) {
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, *value, base);
  return error == std::errc() && stop == end;
}

// One of "u=rwx", "go-w", "a+r", "=r": what it makes of the permissions in `mode`.
bool ApplySymbol(std::string_view clause, uint32_t* mode) {
  const size_t sign = clause.find_first_of("+-=");
  if (sign == clause.npos) return false;
  uint32_t who = 0, what = 0;
  for (const char c : clause.substr(0, sign)) {
    if (c == 'u' || c == 'a') who |= 0700;
    if (c == 'g' || c == 'a') who |= 0070;
    if (c == 'o' || c == 'a') who |= 0007;
    if (std::string_view("ugoa").find(c) == std::string_view::npos) return false;
  }
  if (who == 0) who = 0777;
  for (const char c : clause.substr(sign + 1)) {
    switch (c) {
      case 'r':
        what |= 0444;
        break;
      case 'w':
        what |= 0222;
        break;
      case 'x':
      case 'X':
        what |= 0111;
        break;
      default:
        return false;
    }
  }
  switch (clause[sign]) {
    case '+':
      *mode |= who & what;
      break;
    case '-':
      *mode &= ~(who & what);
      break;
    default:
      *mode = (*mode & ~who) | (who & what);
  }
  return true;
}

}  // namespace

Result<int64_t> ParseHadoopInt(std::string_view text) {
  std::string_view digits = Trim(text);
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    base = 16;
    digits.remove_prefix(2);
  }
  int64_t value = 0;
  if (digits.starts_with('-') || !ReadWhole(digits, base, &value)) {
    return Unexpected(text, "a whole number");
  }
  return negative ? -value : value;
}

Result<int64_t> ParseHadoopSize(std::string_view text) {
  std::string_view digits = Trim(text);
  constexpr std::string_view kPrefixes = "kmgtpe";
  int shift = 0;
  if (!digits.empty()) {
    const size_t prefix = kPrefixes.find(Lower(digits.substr(digits.size() - 1)));
    if (prefix != kPrefixes.npos) {
      shift = 10 * (static_cast<int>(prefix) + 1);
      digits.remove_suffix(1);
    }
  }
  int64_t value = 0;
  if (!ReadWhole(Trim(digits), 10, &value)) {
    return Unexpected(text, "a size such as 134217728 or 128m");
  }
  if (value > std::numeric_limits<int64_t>::max() >> shift ||
      value < std::numeric_limits<int64_t>::min() >> shift) {
    return Unexpected(text, "a size below 8 EiB");
  }
  return value * (int64_t{1} << shift);
}

Result<milliseconds> ParseHadoopDuration(std::string_view text, milliseconds unit) {
  const std::string lower = Lower(Trim(text));
  // Nanoseconds of each unit; longer suffixes first.
  constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"ns", 1},
      {"us", 1'000},
      {"ms", 1'000'000},
      {"s", 1'000'000'000},
      {"m", 60'000'000'000},
      {"h", 3'600'000'000'000},
      {"d", 86'400'000'000'000},
  };
  int64_t nanoseconds = unit.count() * 1'000'000;
  std::string_view digits = lower;
  for (const auto& [suffix, size] : kUnits) {
    if (!digits.ends_with(suffix)) continue;
    nanoseconds = size;
    digits.remove_suffix(suffix.size());
    break;
  }
  int64_t value = 0;
  if (!ReadWhole(Trim(digits), 10, &value)) {
    return Unexpected(text, "a duration such as 500ms, 30s or 5m");
  }
  const double exact =
      static_cast<double>(value) * static_cast<double>(nanoseconds) / 1e6;
  // 1000 years are enough, and far from what the clock's own units hold.
  if (exact > 3.2e13 || exact < -3.2e13) return Unexpected(text, "a duration in reach");
  return milliseconds(static_cast<int64_t>(exact));
}

Result<bool> ParseHadoopBool(std::string_view text) {
  const std::string lower = Lower(Trim(text));
  if (lower == "true") return true;
  if (lower == "false") return false;
  return Unexpected(text, "true or false");
}

Result<uint32_t> ParseHadoopUmask(std::string_view text) {
  const std::string_view trimmed = Trim(text);
  int64_t octal = 0;
  if (ReadWhole(trimmed, 8, &octal) && octal >= 0 && octal <= 01777) {
    return static_cast<uint32_t>(octal) & 0777;
  }
  // Symbols name what is given, as umask(1) does.
  uint32_t given = 0;
  bool good = !trimmed.empty();
  for (const std::string& clause : SplitHadoopList(trimmed)) {
    good = good && ApplySymbol(clause, &given);
  }
  if (good) return ~given & 0777;
  return Unexpected(text, "a umask such as 022 or u=rwx,g=rx,o=");
}

std::vector<std::string> SplitHadoopList(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view name = Trim(text.substr(0, comma));
    if (!name.empty()) names.emplace_back(name);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return names;
}

}  // namespace howdah::hdfs
