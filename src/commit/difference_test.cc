#include <gtest/gtest.h>

#include "commit/ledger.h"

namespace howdah {
namespace {

TEST(Difference, NamesTheFieldAndBothValues) {
  EXPECT_EQ(
      DescribeDifference(R"({"model":{"sha256":"ab"}})", R"({"model":{"sha256":"cd"}})"),
      "model.sha256: was \"ab\", is \"cd\"");
}

TEST(Difference, FieldsThatCameAndWentAreAbsentOnOneSide) {
  EXPECT_EQ(DescribeDifference(R"({"a":1})", R"({"b":[2]})"),
            "a: was 1, is absent; b: was absent, is [2]");
}

TEST(Difference, ListsAreComparedElementByElement) {
  EXPECT_EQ(
      DescribeDifference(R"({"in":[{"n":1},{"n":2}]})", R"({"in":[{"n":1},{"n":3},4]})"),
      "in[1].n: was 2, is 3; in[2]: was absent, is 4");
}

TEST(Difference, ValuesOfOneNumberWrittenTwoWaysDiffer) {
  EXPECT_EQ(DescribeDifference(R"({"a":1})", R"({"a":1.0})"), "a: was 1, is 1.0");
}

TEST(Difference, OnlySoManyAreTold) {
  EXPECT_EQ(DescribeDifference(R"({"a":1,"b":1,"c":1})", R"({"a":2,"b":2,"c":2})", 2),
            "a: was 1, is 2; b: was 1, is 2; … (1 more)");
}

TEST(Difference, LongValuesAreCutBetweenCharacters) {
  const std::string before = R"({"a":")" + std::string(58, 'x') + "ä\"}";
  EXPECT_EQ(DescribeDifference(before, R"({"a":0})"),
            "a: was \"" + std::string(58, 'x') + "…, is 0");
}

TEST(Difference, TextsThatAreNotJsonAreSaidToDiffer) {
  EXPECT_EQ(DescribeDifference("{", R"({"a":0})"), "the plan: was absent, is {\"a\":0}");
}

}  // namespace
}  // namespace howdah
