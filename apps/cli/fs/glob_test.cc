#include "cli/fs/glob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace howdah::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Glob, StarsAndQuestionMarksStandForLetters) {
  EXPECT_TRUE(MatchesPattern("*", ""));
  EXPECT_TRUE(MatchesPattern("*", ".hidden"));
  EXPECT_TRUE(MatchesPattern("a*c", "abbc"));
  EXPECT_TRUE(MatchesPattern("a*b*c", "a1b2b3c"));
  EXPECT_FALSE(MatchesPattern("a*c", "abcd"));
  EXPECT_TRUE(MatchesPattern("?", "é"));
  EXPECT_FALSE(MatchesPattern("?", "ab"));
  EXPECT_FALSE(MatchesPattern("?", ""));
  EXPECT_TRUE(MatchesPattern("part-?????*", "part-00000-x.parquet"));
}

TEST(Glob, ManyStarsDoNotTakeForever) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(MatchesPattern(pattern + "b", std::string(5000, 'a')));
}

TEST(Glob, ClassesHoldLettersAndRanges) {
  EXPECT_TRUE(MatchesPattern("[a-c]x", "bx"));
  EXPECT_FALSE(MatchesPattern("[a-c]x", "dx"));
  EXPECT_TRUE(MatchesPattern("[^a-c]", "d"));
  EXPECT_FALSE(MatchesPattern("[!a]", "a"));
  EXPECT_TRUE(MatchesPattern("[à-ü]", "é"));
  EXPECT_TRUE(MatchesPattern("[]]", "]"));
  EXPECT_TRUE(MatchesPattern("[a-]", "-"));
  EXPECT_TRUE(MatchesPattern("[\\]]", "]"));
  EXPECT_THAT(CheckPattern("a[b").message(), HasSubstr("not closed"));
  EXPECT_TRUE(CheckPattern("a\\[b").ok());
}

TEST(Glob, BackslashesTakeTheMeaningAway) {
  EXPECT_TRUE(MatchesPattern("\\*", "*"));
  EXPECT_FALSE(MatchesPattern("\\*", "a"));
  EXPECT_FALSE(IsPattern("a\\*b"));
  EXPECT_TRUE(IsPattern("a*b"));
  EXPECT_EQ(Unescape("a\\*b\\\\c\\"), "a*b\\c\\");
}

TEST(Glob, BracesMakeSeveralTexts) {
  EXPECT_THAT(*ExpandBraces("/a/{b,c/d}/e{,1}"),
              ElementsAre("/a/b/e", "/a/b/e1", "/a/c/d/e", "/a/c/d/e1"));
  EXPECT_THAT(*ExpandBraces("{a,{b,c}}"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(*ExpandBraces("a\\{b,c\\}"), ElementsAre("a\\{b,c\\}"));
  EXPECT_THAT(*ExpandBraces("{a\\,b,c}"), ElementsAre("a\\,b", "c"));
  EXPECT_THAT(*ExpandBraces("plain, text}"), ElementsAre("plain, text}"));
  EXPECT_THAT(ExpandBraces("a{b,c").status().message(), HasSubstr("not closed"));
}

TEST(Glob, BracesThatMakeTooManyTextsAreRefused) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += "{a,b}";
  EXPECT_THAT(ExpandBraces(text).status().message(), HasSubstr("more than"));
}

}  // namespace
}  // namespace howdah::cli
