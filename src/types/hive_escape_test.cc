#include "types/hive_escape.h"

#include <gtest/gtest.h>

namespace howdah {
namespace {

TEST(HiveEscape, PlainTextStaysAsItIs) {
  EXPECT_EQ(HiveEscape("churn-2026-11-22 é"), "churn-2026-11-22 é");
}

TEST(HiveEscape, SpecialCharactersBecomePercentCodes) {
  EXPECT_EQ(HiveEscape("a/b:c=d%e\x01"), "a%2Fb%3Ac%3Dd%25e%01");
}

TEST(HiveEscape, UnescapeIsTheInverse) {
  std::string all;
  for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(HiveUnescape(HiveEscape(all)), all);
}

TEST(HiveEscape, UnescapeLeavesAnIncompleteCodeAlone) {
  EXPECT_EQ(HiveUnescape("100%"), "100%");
  EXPECT_EQ(HiveUnescape("%zz%4"), "%zz%4");
}

TEST(HiveEscape, UnescapeTakesACodeAtTheVeryEnd) {
  EXPECT_EQ(HiveUnescape("a%2F"), "a/");
}

}  // namespace
}  // namespace howdah
