#include "cli/fs/mode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace howdah::cli {
namespace {

constexpr bool kFile = false, kDirectory = true;

uint32_t Changed(std::string_view change, uint32_t mode, bool is_directory = kFile) {
  return ModeChange::Parse(change)->Apply(mode, is_directory);
}

TEST(ModeChange, OctalDigitsAreTheNewMode) {
  EXPECT_EQ(Changed("644", 0777), 0644u);
  EXPECT_EQ(Changed("1777", 0), 01777u);
  EXPECT_EQ(Changed("0", 0777), 0u);
}

TEST(ModeChange, ClausesChangeWhatTheyName) {
  EXPECT_EQ(Changed("u+x", 0644), 0744u);
  EXPECT_EQ(Changed("go-w", 0666), 0644u);
  EXPECT_EQ(Changed("u=rwx,g=rx,o=", 0), 0750u);
  EXPECT_EQ(Changed("+w", 0444), 0666u);
  EXPECT_EQ(Changed("a=r", 01777), 01444u);
  EXPECT_EQ(Changed("+t", 0755), 01755u);
  EXPECT_EQ(Changed("o-t", 01755), 0755u);
}

TEST(ModeChange, CapitalXIsForDirectoriesAndWhatIsExecutable) {
  EXPECT_EQ(Changed("a=rX", 0640), 0444u);
  EXPECT_EQ(Changed("a=rX", 0740), 0555u);
  EXPECT_EQ(Changed("a=rX", 0640, kDirectory), 0555u);
  EXPECT_EQ(Changed("g+X", 0644), 0644u);
}

TEST(ModeChange, OtherTextsAreRefused) {
  for (const char* text : {"", "888", "77777", "u+q", "z+x", "x", "u+", "u+x,", "rwx"}) {
    EXPECT_FALSE(ModeChange::Parse(text).ok()) << text;
  }
}

TEST(ModeText, IsThatOfListings) {
  EXPECT_EQ(ModeText(0755), "rwxr-xr-x");
  EXPECT_EQ(ModeText(01777), "rwxrwxrwt");
  EXPECT_EQ(ModeText(01640), "rw-r----T");
  EXPECT_EQ(ModeText(0), "---------");
}

}  // namespace
}  // namespace howdah::cli
