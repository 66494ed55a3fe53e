#include "base/units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

namespace howdah {
namespace {

struct Unit {
  std::string_view name;
  int64_t factor;
};

constexpr Unit kByteUnits[] = {
    {"", 1},
    {"B", 1},
    {"kB", 1'000},
    {"KB", 1'000},
    {"MB", 1'000'000},
    {"GB", 1'000'000'000},
    {"TB", 1'000'000'000'000},
    {"KiB", int64_t{1} << 10},
    {"MiB", int64_t{1} << 20},
    {"GiB", int64_t{1} << 30},
    {"TiB", int64_t{1} << 40},
};
constexpr Unit kDurationUnits[] = {
    {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000},
};

/// "12.5" with a unit of 1000 -> 12500, rounded down. Exact: no floating point.
class Decimal {
 public:
  /// Takes digits and one '.' between digits from the front of `text`.
  static std::optional<Decimal> Take(std::string_view& text) {
    Decimal number;
    if (!TakeDigits(text, number.whole_)) return std::nullopt;
    if (!text.empty() && text.front() == '.') {
      text.remove_prefix(1);
      if (!TakeDigits(text, number.fraction_)) return std::nullopt;
    }
    return number;
  }

  bool has_fraction() const { return !fraction_.empty(); }

  /// nullopt if the product does not fit.
  std::optional<int64_t> Times(int64_t factor) const {
    // From the last digit to the first, so that nothing grows beyond 10 * factor;
    // rounding down at each step equals rounding down once.
    int64_t fraction = 0;
    for (auto digit = fraction_.rbegin(); digit != fraction_.rend(); ++digit) {
      fraction = ((*digit - '0') * factor + fraction) / 10;
    }
    int64_t product = 0;
    for (const char digit : whole_) {
      if (__builtin_mul_overflow(product, 10, &product) ||
          __builtin_add_overflow(product, digit - '0', &product)) {
        return std::nullopt;
      }
    }
    if (__builtin_mul_overflow(product, factor, &product) ||
        __builtin_add_overflow(product, fraction, &product)) {
      return std::nullopt;
    }
    return product;
  }

 private:
  static bool TakeDigits(std::string_view& text, std::string_view& digits) {
    digits = text.substr(0, text.find_first_not_of("0123456789"));
    text.remove_prefix(digits.size());
    return !digits.empty();
  }

  std::string_view whole_, fraction_;
};

/// `what` names a value of this kind and how to write it.
Result<int64_t> ParseWithUnit(std::string_view text, std::span<const Unit> units,
                              std::string_view what) {
  std::string_view rest = text;
  const std::optional<Decimal> number = Decimal::Take(rest);
  if (number.has_value()) {
    for (const Unit& unit : units) {
      if (unit.name != rest) continue;
      if (unit.factor == 1 && number->has_fraction()) break;
      const std::optional<int64_t> value = number->Times(unit.factor);
      if (value.has_value()) return *value;
      return Error(ErrorKind::kInvalidInput, "'{}' is too large for {}", text, what);
    }
  }
  return Error(ErrorKind::kInvalidInput, "'{}' is not {}", text, what);
}

}  // namespace

Result<int64_t> ParseByteSize(std::string_view text) {
  return ParseWithUnit(
      text, kByteUnits,
      "a size: a number of bytes, or a number and one of the units B, kB, MB, GB, TB "
      "(powers of 1000), KiB, MiB, GiB, TiB (powers of 1024), such as 64MiB or 1.5GB");
}

Result<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  HOWDAH_ASSIGN_OR_RETURN(
      const int64_t milliseconds,
      ParseWithUnit(text, kDurationUnits,
                    "a duration: a number and one of the units ms, s, m (minutes), h, d, "
                    "such as 250ms or 1.5h"));
  return std::chrono::milliseconds(milliseconds);
}

std::string FormatByteSize(int64_t bytes) {
  constexpr std::array kNames = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  constexpr double kRoundsUpTo1024 = 1023.95;
  auto value = static_cast<double>(bytes);
  size_t name = 0;
  while (std::abs(value) >= kRoundsUpTo1024 && name + 1 < kNames.size()) {
    value /= 1024;
    ++name;
  }
  return name == 0 ? fmt::format("{} B", bytes)
                   : fmt::format("{:.1f} {}", value, kNames[name]);
}

std::string FormatCount(int64_t count) {
  const auto bits = static_cast<uint64_t>(count);
  return fmt::format("{}{}", count < 0 ? "-" : "",
                     fmt::group_digits(count < 0 ? 0 - bits : bits));
}

}  // namespace howdah
