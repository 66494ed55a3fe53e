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

/// A finite number other than zero, without its sign.
struct Decimal {
  uint64_t significand;
  int exponent;  // of the significand's last digit
};

// -- floats of common sizes, by one multiplication
// ---------------------------------------
//
// Below, a float is m * 2^e with m of 24 bits, and "units" are 10^-k, where k is such
// that 2^e is 10 to 100 of them. A number of units is a fixed-point number of 56 bits
// behind the point, which all of these floats are exactly. A decimal text reads back as
// the float when it is at most half of 2^e away, 5 to 50 units: the nearest multiple of
// 10 units always is, and the nearest one of 100 is shorter where it is near enough.

constexpr int kUnitBits = 56, kLeastExponent = -80, kMostExponent = 6;

struct Scale {
  uint64_t ulp = 0;  // 2^e, in units
  int k = 0;
};

constexpr auto kScales = [] {
  std::array<Scale, kMostExponent - kLeastExponent + 1> scales;
  for (int e = kMostExponent; e >= kLeastExponent; --e) {
    // 10^k is five^k * 2^k.
    uint64_t five = 1;
    int k = 0;
    const auto ulp = [&] {
      const int shift = kUnitBits + e + k;
      return shift >= 0 ? five << shift : uint64_t{0};
    };
    while (ulp() < uint64_t{10} << kUnitBits) {
      five *= 5;
      ++k;
    }
    scales[static_cast<size_t>(e - kLeastExponent)] = {.ulp = ulp(), .k = k};
  }
  return scales;
}();

static_assert(std::ranges::all_of(kScales, [](const Scale& scale) {
  return scale.ulp >= uint64_t{10} << kUnitBits &&
         scale.ulp < uint64_t{100} << kUnitBits && scale.ulp % 2 == 0;
}));

constexpr int kFractionBits = 23, kExponentBias = 127 + kFractionBits;

/// Whether NearDecimal has `bits`, of a float without its sign. Powers of two are not
/// there, whose neighbours are not equally far.
inline bool IsCommon(uint32_t bits) {
  constexpr uint32_t kFirst = kLeastExponent + kExponentBias;
  constexpr uint32_t kCount = kScales.size();
  constexpr uint32_t kFraction = (uint32_t{1} << kFractionBits) - 1;
  return (bits >> kFractionBits) - kFirst < kCount && (bits & kFraction) != 0;
}

/// \return the shortest decimal, and of those the nearest, in 10^(1 - k): with zeros at
/// its end, seven to nine digits.
inline Decimal NearDecimal(uint32_t bits) {
  constexpr uint32_t kOne = uint32_t{1} << kFractionBits;
  const Scale& scale =
      kScales[(bits >> kFractionBits) - (kLeastExponent + kExponentBias)];
  const uint64_t m = (bits & (kOne - 1)) | kOne;
  const auto exact = static_cast<unsigned __int128>(m) * scale.ulp;
  const auto units = static_cast<uint32_t>(exact >> kUnitBits);
  // Differences have few units: the lower 64 bits tell them.
  const auto away = [&exact](uint64_t rounded) {
    return static_cast<int64_t>(static_cast<uint64_t>(exact) - (rounded << kUnitBits));
  };
  const uint64_t hundreds = (units + 50) / 100;
  // The ends of the interval read back where m is even.
  const auto near_enough = static_cast<int64_t>(scale.ulp / 2 - (m & 1));
  // All ones where that is so: without a branch, which would go wrong every other time.
  const auto is_shorter =
      static_cast<uint64_t>((std::abs(away(hundreds * 100)) - near_enough - 1) >> 63);
  uint64_t tens = (units + 5) / 10;
  constexpr int64_t kTie = -(int64_t{5} << kUnitBits);
  tens -= (away(tens * 10) == kTie ? 1 : 0) & tens;  // to the even one
  return {.significand = tens ^ ((tens ^ hundreds * 10) & is_shorter),
          .exponent = 1 - scale.k};
}

/// Decimal digits of `value`, which has less than 18.
int CountDigits(uint64_t value) {
  // 1233 / 4096 is a little above log10(2).
  const int least = (static_cast<int>(std::bit_width(value | 1)) * 1233) >> 12;
  return least + 1 - static_cast<int>(value < kPowers[static_cast<size_t>(least)]);
}

/// The eight digits of `value` < 10^8, each in a byte, the first one lowest: pairs of
/// four, two and one digits are cut at once.
inline uint64_t EightDigits(uint32_t value) {
  const uint64_t fours = value / 10000 | (uint64_t{value % 10000} << 32);
  const uint64_t high_twos = ((fours * 10486) >> 20) & 0x0000007f0000007f;
  const uint64_t twos = high_twos | ((fours - high_twos * 100) << 16);
  const uint64_t high_ones = ((twos * 103) >> 10) & 0x000f000f000f000f;
  return high_ones | ((twos - high_ones * 10) << 8);
}

/// Of eight digits, those before the zeros at the end.
inline int SignificantDigits(uint64_t eight) {
  // A bit below the first digit's makes "none" no case of its own.
  return (static_cast<int>(std::bit_width(eight << 1 | 1)) + 6) / 8;
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
[[gnu::noinline]] char* WriteScientific(Digits<Float> digits, int exponent, char* out) {
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
[[gnu::noinline]] char* WriteWithPoint(Digits<Float> digits, int exponent, char* out) {
  char all[32];
  std::memset(all, '0', sizeof all);
  digits.Write(all);
  const int whole = exponent + 1;
  std::memcpy(out, all, 16);
  out[whole] = '.';
  std::memcpy(out + whole + 1, all + whole, 16);
  return out + std::max(digits.count, whole + 1) + 1;
}

char* WriteZero(char* out) {
  std::memcpy(out, "0.0", 3);
  return out + 3;
}

/// 0.000ddd or d.ddd
template <typename Float>
[[gnu::always_inline]] inline char* WriteSmall(const Digits<Float>& digits, int exponent,
                                               char* out) {
  std::memcpy(out, "0.000000", 8);
  const bool below_one = exponent < 0;
  char* const first = out + (below_one ? 1 - exponent : 0);
  char* const rest = first + (below_one ? 1 : 2);
  *first = digits.first;
  out[1] = '.';
  digits.WriteRest(rest);
  return std::max(rest + digits.count - 1, out + 3);
}

/// \param scaled  as many digits as Digits has, the zeros at the end among them.
/// \param exponent  of the first one.
template <typename Float>
[[gnu::always_inline]] inline char* WriteDecimal(uint64_t scaled, int exponent,
                                                 char* out) {
  const Digits<Float> digits(scaled);
  constexpr int kLeast = -6, kMost = 15;
  if (exponent <= 0 && exponent >= kLeast) return WriteSmall(digits, exponent, out);
  if (exponent > 0 && exponent <= kMost) return WriteWithPoint(digits, exponent, out);
  return WriteScientific(digits, exponent, out);
}

/// A value other than zero, without its sign.
template <typename Float>
char* WriteAny(Float value, char* out) {
  namespace policy = jkj::dragonbox::policy;
  const auto decimal = jkj::dragonbox::to_decimal(value, policy::sign::ignore,
                                                  policy::trailing_zero::ignore);
  const int count = CountDigits(decimal.significand);
  return WriteDecimal<Float>(
      decimal.significand * kPowers[static_cast<size_t>(Digits<Float>::kMost - count)],
      decimal.exponent + count - 1, out);
}

/// A float that NearDecimal has.
inline char* WriteCommon(uint32_t bits, char* out) {
  const Decimal near = NearDecimal(bits);
  static constexpr std::array<uint64_t, 3> kToNine = {100, 10, 1};
  const auto above_seven = static_cast<unsigned>(near.significand >= kPowers[7]) +
                           static_cast<unsigned>(near.significand >= kPowers[8]);
  return WriteDecimal<float>(near.significand * kToNine[above_seven],
                             near.exponent + 6 + static_cast<int>(above_seven), out);
}

}  // namespace

char* WriteFloat(float value, char* out) {
  constexpr uint32_t kMagnitude = 0x7fffffff;
  const uint32_t bits = std::bit_cast<uint32_t>(value) & kMagnitude;
  *out = '-';
  out += std::signbit(value) ? 1 : 0;
  if (IsCommon(bits)) [[likely]]
    return WriteCommon(bits, out);
  if (bits == 0) return WriteZero(out);
  // The shortest text of one float, 7.038531e-26, lies so near to the middle between it
  // and its neighbour that the nearest double is the middle: one digit more for it.
  constexpr uint32_t kBent = 0x15ae43fd;
  if (bits == kBent) return WriteDecimal<float>(703853070, -26, out);
  return WriteAny(value, out);
}

char* WriteFloat(double value, char* out) {
  *out = '-';
  out += std::signbit(value) ? 1 : 0;
  return value == 0 ? WriteZero(out) : WriteAny(value, out);
}

}  // namespace howdah
