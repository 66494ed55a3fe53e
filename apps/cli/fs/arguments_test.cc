#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/fs/call.h"

namespace howdah::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

FsVerb Verb() {
  return {.name = "verb",
          .arguments = "[-r] [-skipTrash] PATH",
          .flags = {"-r", "-f", "-skipTrash", "-name="},
          .least = 1,
          .most = 2};
}

Result<FsArguments> Parse(std::vector<std::string> words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size());
  for (std::string& word : words) pointers.push_back(word.data());
  return ParseFsArguments(Verb(), pointers);
}

TEST(FsArguments, FlagsStandAnywhereAndMayBeJoined) {
  const FsArguments parsed = *Parse({"-rf", "a", "-skipTrash", "--name", "*.x", "[b]"});
  EXPECT_THAT(parsed.flags, ElementsAre(Pair("-r", ""), Pair("-f", ""),
                                        Pair("-skipTrash", ""), Pair("-name", "*.x")));
  EXPECT_THAT(parsed.words, ElementsAre("a", "[b]"));
}

TEST(FsArguments, AfterTwoDashesAllAreWords) {
  EXPECT_THAT(Parse({"--", "-r", "--"})->words, ElementsAre("-r", "--"));
  EXPECT_THAT(Parse({"-"})->words, ElementsAre("-"));
}

TEST(FsArguments, WhatIsWrongIsNamed) {
  EXPECT_THAT(Parse({"-skiptrash", "a"}).status().message(),
              HasSubstr("unknown flag '-skiptrash'; did you mean '-skipTrash'?"));
  EXPECT_THAT(Parse({"-rx", "a"}).status().message(), HasSubstr("'-rx'"));
  EXPECT_THAT(Parse({"a", "-name"}).status().message(), HasSubstr("-name needs a value"));
  EXPECT_THAT(Parse({"-r"}).status().message(), HasSubstr("argument is missing"));
  EXPECT_THAT(Parse({"a", "b", "c"}).status().message(), HasSubstr("too many: 'c'"));
}

TEST(FsArguments, HelpNeedsNoWords) { EXPECT_TRUE(Parse({"--help"})->wants_help); }

}  // namespace
}  // namespace howdah::cli
