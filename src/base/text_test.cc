#include "base/text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace howdah {
namespace {

const std::vector<std::string> kKeys = {"input", "output", "format", "model"};

TEST(NearestName, FindsATypingSlip) {
  EXPECT_EQ(NearestName("fromat", kKeys), "format");
  EXPECT_EQ(NearestName("outptu", kKeys), "output");
  EXPECT_EQ(NearestName("inputs", kKeys), "input");
}

TEST(NearestName, FindsTheWordItself) { EXPECT_EQ(NearestName("model", kKeys), "model"); }

TEST(NearestName, OfAWordUnlikeAllIsNone) {
  EXPECT_EQ(NearestName("zzzzzzz", kKeys), "");
  EXPECT_EQ(NearestName("input", {}), "");
}

TEST(NearestName, DoesNotSpendTimeOnVeryLongWords) {
  EXPECT_EQ(NearestName(std::string(1'000'000, 'x'), kKeys), "");
}

TEST(DidYouMean, IsTheEndOfASentenceOrEmpty) {
  EXPECT_EQ(DidYouMean("modle", kKeys), "; did you mean 'model'?");
  EXPECT_EQ(DidYouMean("zzzzzzz", kKeys), "");
}

TEST(QuotedList, QuotesAndSeparates) {
  EXPECT_EQ(QuotedList(kKeys), "'input', 'output', 'format', 'model'");
  EXPECT_EQ(QuotedList({}), "none");
}

TEST(QuotedList, SaysHowManyItLeavesOut) {
  EXPECT_EQ(QuotedList(kKeys, 2), "'input', 'output' … (2 more)");
  EXPECT_EQ(QuotedList(kKeys, 4), QuotedList(kKeys));
}

}  // namespace
}  // namespace howdah
