#include "model/model_failure.h"

#include <gtest/gtest.h>

namespace howdah {
namespace {

TEST(OneLineFailure, KeepsTheSentenceAndTheNode) {
  EXPECT_EQ(OneLineFailure(
                "indices[0] = 5 is not in [0, 5)\n\t [[{{node model/embed/Gather}}]]"),
            "indices[0] = 5 is not in [0, 5) (node model/embed/Gather)");
}

TEST(OneLineFailure, TakesTheFirstOfSeveralRootErrors) {
  EXPECT_EQ(OneLineFailure("2 root error(s) found.\n"
                           "  (0) INVALID_ARGUMENT: bad: value\n\t [[{{node a}}]]\n"
                           "\t [[b/_11]]\n"
                           "  (1) INVALID_ARGUMENT: bad: other\n\t [[{{node c}}]]\n"
                           "0 successful operations.\n0 derived errors ignored."),
            "bad: value (node a)");
}

TEST(OneLineFailure, DropsTheOpsTailAndLineBreaks) {
  EXPECT_EQ(OneLineFailure("cannot cast\nstring  to\tfloat [Op:Cast] name: "),
            "cannot cast string to float");
}

TEST(OneLineFailure, CutsLongTextBetweenCharacters) {
  std::string text = "x";
  while (text.size() < 2000) text += "ä";
  const std::string line = OneLineFailure(text);
  EXPECT_EQ(line.size(), 599 + std::string("…").size());
  EXPECT_EQ(line.substr(597, 2), "ä");
}

TEST(OneLineFailure, TakesAnyText) {
  EXPECT_EQ(OneLineFailure(""), "");
  EXPECT_EQ(OneLineFailure("{{node "), "{{node");
  EXPECT_EQ(OneLineFailure("1 root error(s) found."), "1 root error(s) found.");
}

}  // namespace
}  // namespace howdah
