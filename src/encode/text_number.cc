#include "encode/text_number.h"

#include <dragonbox/dragonbox.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace howdah {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::array<uint64_t, 18> kPowers = [] {
  std::array<uint64_t, 18> powers{1};
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

/// Decimal digits of `value`, which has less than 18.
int CountDigits(uint64_t value) {
  // 1233 / 4096 is a little above log10(2).
  const int least = (static_cast<int>(std::bit_width(value | 1)) * 1233) >> 12;
  return least + 1 - static_cast<int>(value < kPowers[static_cast<size_t>(least)]);
}

/// The eight digits of `value` < 10^8, each in a byte, the first one lowest: pairs of
/// four, two and one digits are cut at once.
uint64_t EightDigits(uint32_t value) {
  const uint64_t fours = value / 10000 | (uint64_t{value % 10000} << 32);
  const uint64_t high_twos = ((fours * 10486) >> 20) & 0x0000007f0000007f;
  const uint64_t twos = high_twos | ((fours - high_twos * 100) << 16);
  const uint64_t high_ones = ((twos * 103) >> 10) & 0x000f000f000f000f;
  return high_ones | ((twos - high_ones * 10) << 8);
}

/// Of eight digits, those before the zeros at the end.
int SignificantDigits(uint64_t eight) {
  return 8 - (eight == 0 ? 8 : static_cast<int>(unsigned(std::countl_zero(eight)) / 8));
}

/// The digits of a decimal number, and where they are written.
template <typename Float>
struct Digits {
  // As many as tell all values apart.
  static constexpr int kMost = std::is_same_v<Float, float> ? 9 : 17;

  explicit Digits(uint64_t scaled) {  // kMost digits
    constexpr uint64_t kEight = 100'000'000;
    if constexpr (kMost == 9) {
      const auto all = static_cast<uint32_t>(scaled);
      first = static_cast<char>('0' + all / kEight);
      next = EightDigits(static_cast<uint32_t>(all % kEight));
      count = 1 + SignificantDigits(next);
    } else {
      first = static_cast<char>('0' + scaled / (kEight * kEight));
      next = EightDigits(static_cast<uint32_t>(scaled / kEight % kEight));
      last = EightDigits(static_cast<uint32_t>(scaled % kEight));
      count = last == 0 ? 1 + SignificantDigits(next) : 9 + SignificantDigits(last);
    }
  }

  /// All but the first one.
  void WriteRest(char* out) const {
    constexpr uint64_t kZeros = 0x3030303030303030;
    const uint64_t rest = next | kZeros;
    std::memcpy(out, &rest, sizeof rest);
    if constexpr (kMost > 9) {
      const uint64_t end = last | kZeros;
      std::memcpy(out + sizeof rest, &end, sizeof end);
    }
  }
  void Write(char* out) const {
    *out = first;
    WriteRest(out + 1);
  }

  char first = '0';
  uint64_t next = 0, last = 0;
  int count = 0;  // without zeros at the end
};

/// d.ddde-7
template <typename Float>
char* WriteScientific(const Digits<Float>& digits, int exponent, char* out) {
  out[0] = digits.first;
  out[1] = '.';
  digits.WriteRest(out + 2);
  out += digits.count > 1 ? digits.count + 1 : 1;
  *out++ = 'e';
  if (exponent < 0) *out++ = '-';
  const auto magnitude = static_cast<unsigned>(std::abs(exponent));
  if (magnitude >= 100) *out++ = static_cast<char>('0' + magnitude / 100);
  if (magnitude >= 10) *out++ = static_cast<char>('0' + magnitude / 10 % 10);
  *out++ = static_cast<char>('0' + magnitude % 10);
  return out;
}

/// ddd.ddd
template <typename Float>
char* WriteWithPoint(const Digits<Float>& digits, int exponent, char* out) {
  char all[32];
  std::memset(all, '0', sizeof all);
  digits.Write(all);
  const int whole = exponent + 1;
  std::memcpy(out, all, 16);
  out[whole] = '.';
  std::memcpy(out + whole + 1, all + whole, 16);
  return out + std::max(digits.count, whole + 1) + 1;
}

template <typename Float>
char* WriteShortest(Float value, char* out) {
  namespace policy = jkj::dragonbox::policy;
  *out = '-';
  out += std::signbit(value) ? 1 : 0;
  if (value == 0) {
    std::memcpy(out, "0.0", 3);
    return out + 3;
  }
  const auto decimal = jkj::dragonbox::to_decimal(value, policy::sign::ignore,
                                                  policy::trailing_zero::ignore);
  const int count = CountDigits(decimal.significand);
  const Digits<Float> digits(decimal.significand *
                             kPowers[static_cast<size_t>(Digits<Float>::kMost - count)]);
  const int exponent = decimal.exponent + count - 1;  // of the first digit

  constexpr int kLeast = -6, kMost = 15;
  if (exponent < 0 && exponent >= kLeast) {
    std::memcpy(out, "0.000000", 8);
    out += 1 - exponent;
    digits.Write(out);
    return out + digits.count;
  }
  if (exponent >= 0 && exponent <= kMost) return WriteWithPoint(digits, exponent, out);
  return WriteScientific(digits, exponent, out);
}

}  // namespace

char* WriteFloat(float value, char* out) {
  // The shortest text of one float, 7.038531e-26, lies so near to the middle between it
  // and its neighbour that the nearest double is the middle: one digit more for it.
  constexpr uint32_t kBits = 0x15ae43fd, kMagnitude = 0x7fffffff;
  if ((std::bit_cast<uint32_t>(value) & kMagnitude) == kBits) [[unlikely]] {
    constexpr std::string_view kText = "7.0385307e-26";
    *out = '-';
    out += std::signbit(value) ? 1 : 0;
    std::memcpy(out, kText.data(), kText.size());
    return out + kText.size();
  }
  return WriteShortest(value, out);
}

char* WriteFloat(double value, char* out) { return WriteShortest(value, out); }

}  // namespace howdah
