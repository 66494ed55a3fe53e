#include "encode/text_number.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace howdah {
namespace {

template <typename Float>
std::string Text(Float value) {
  char text[kFloatRoom];
  return {text, WriteFloat(value, text)};
}

template <typename Float>
Float Read(const std::string& text) {
  Float value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  EXPECT_EQ(read.ptr, text.data() + text.size()) << text;
  return value;
}

/// Digits without zeros at either end: what "shortest" counts.
std::string Significant(std::string text) {
  text = text.substr(0, text.find('e'));
  std::erase_if(text, [](char c) { return c == '-' || c == '.'; });
  text.erase(0, text.find_first_not_of('0'));
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

/// The shortest digits by the standard library, whose own algorithm is Ryu.
template <typename Float>
std::string Shortest(Float value) {
  char text[64];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  return Significant({text, end});
}

TEST(WriteFloat, IsDigitsWithAPointOrAnExponent) {
  EXPECT_EQ(Text(0.1F), "0.1");
  EXPECT_EQ(Text(0.0F), "0.0");
  EXPECT_EQ(Text(-0.0F), "-0.0");
  EXPECT_EQ(Text(1.0F), "1.0");
  EXPECT_EQ(Text(-123.5F), "-123.5");
  EXPECT_EQ(Text(100.0F), "100.0");
  EXPECT_EQ(Text(16777216.0F), "16777216.0");
  EXPECT_EQ(Text(1e-6F), "0.000001");
  EXPECT_EQ(Text(1e-7F), "1e-7");
  EXPECT_EQ(Text(1.5e-7F), "1.5e-7");
  EXPECT_EQ(Text(9.999999e15F), "9999999000000000.0");
  EXPECT_EQ(Text(1e16F), "1e16");
  EXPECT_EQ(Text(std::numeric_limits<float>::denorm_min()), "1e-45");
  EXPECT_EQ(Text(std::numeric_limits<float>::max()), "3.4028235e38");
  EXPECT_EQ(Text(0.1), "0.1");
  EXPECT_EQ(Text(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(Text(9007199254740992.0), "9007199254740992.0");
  EXPECT_EQ(Text(std::numeric_limits<double>::denorm_min()), "5e-324");
  EXPECT_EQ(Text(-std::numeric_limits<double>::max()), "-1.7976931348623157e308");
}

TEST(WriteFloat, FloatsReadBackBothAsFloatsAndByWayOfDoubles) {
  std::mt19937 random(20261123);
  for (uint32_t exponent = 0; exponent < 255; ++exponent) {
    for (int i = 0; i < 4000; ++i) {
      // The ends of each power of two, and what lies between by chance.
      const uint32_t edge =
          i < 100 ? static_cast<uint32_t>(i) - 50 : static_cast<uint32_t>(random());
      const uint32_t bits = (exponent << 23) + (edge & 0x7fffff);
      const auto value = std::bit_cast<float>(bits);
      const std::string text = Text(value);
      ASSERT_EQ(std::bit_cast<uint32_t>(Read<float>(text)), bits) << text;
      ASSERT_EQ(std::bit_cast<uint32_t>(static_cast<float>(Read<double>(text))), bits)
          << text;
      ASSERT_EQ(Text(-value), "-" + text);
    }
  }
}

TEST(WriteFloat, TheFloatWhoseShortestTextADoubleBendsHasADigitMore) {
  constexpr float kFloat = 7.0385306918512091e-26F;
  EXPECT_NE(static_cast<float>(Read<double>("7.038531e-26")), kFloat);
  EXPECT_EQ(static_cast<float>(Read<double>(Text(kFloat))), kFloat);
  EXPECT_EQ(Read<float>(Text(-kFloat)), -kFloat);
}

TEST(WriteFloat, TextsAreTheShortestThereAre) {
  std::mt19937_64 random(20261124);
  for (int i = 0; i < 200'000; ++i) {
    const uint64_t bits = random();
    const auto single = std::bit_cast<float>(static_cast<uint32_t>(bits));
    if (std::isfinite(single) && single != 0) {
      ASSERT_EQ(Significant(Text(single)), Shortest(single)) << Text(single);
    }
    const auto value = std::bit_cast<double>(bits);
    if (std::isfinite(value)) {
      ASSERT_EQ(Significant(Text(value)), Shortest(value)) << Text(value);
      ASSERT_EQ(std::bit_cast<uint64_t>(Read<double>(Text(value))), bits);
    }
  }
}

TEST(WriteFloat, OfFloatsHalfwayBetweenTwoTextsTheEvenOneIsWritten) {
  // Whole numbers and fractions of powers of two, of which many lie halfway.
  for (uint32_t i = 1; i < (1U << 24); i += 101) {
    for (const int exponent : {-24, -16, -3, -1, 0, 2, 3, 5, 6, 7}) {
      const float value = std::ldexp(static_cast<float>(i), exponent);
      ASSERT_EQ(Significant(Text(value)), Shortest(value)) << Text(value);
    }
  }
}

TEST(WriteFloat, DoublesOfCommonSizesReadBack) {
  std::mt19937_64 random(20261125);
  for (int i = 0; i < 200'000; ++i) {
    const double value = std::ldexp(static_cast<double>(random() >> 11),
                                    static_cast<int>(random() % 120) - 90);
    const std::string text = Text(value);
    ASSERT_EQ(Read<double>(text), value) << text;
    ASSERT_LE(text.size(), static_cast<size_t>(kFloatBytes)) << text;
    ASSERT_EQ(Significant(text), Shortest(value)) << text;
  }
}

}  // namespace
}  // namespace howdah
