#include "storage/file_system.h"

#include <gtest/gtest.h>

#include "storage/path.h"

namespace howdah {
namespace {

TEST(JoinPath, PutsOneSlashBetween) {
  EXPECT_EQ(JoinPath("/a/b", "c"), "/a/b/c");
  EXPECT_EQ(JoinPath("/", "c"), "/c");
  EXPECT_EQ(JoinPath("/a", "b/c"), "/a/b/c");
}

TEST(ParentPath, TakesOffTheLastComponentAndStopsAtTheRoot) {
  EXPECT_EQ(ParentPath("/a/b"), "/a");
  EXPECT_EQ(ParentPath("/a"), "/");
  EXPECT_EQ(ParentPath("/"), "/");
}

TEST(BaseName, IsTheLastComponent) {
  EXPECT_EQ(BaseName("/a/b"), "b");
  EXPECT_EQ(BaseName("/a"), "a");
  EXPECT_EQ(BaseName("/"), "");
  EXPECT_EQ(BaseName("a"), "a");
}

TEST(FileInfo, ItsNameIsTheLastComponentOfItsPath) {
  EXPECT_EQ((FileInfo{.path = "/a/dt=1"}.name()), "dt=1");
}

TEST(IsHiddenName, BeginsWithUnderscoreOrDot) {
  EXPECT_TRUE(IsHiddenName("_SUCCESS"));
  EXPECT_TRUE(IsHiddenName(".part"));
  EXPECT_FALSE(IsHiddenName("part_0.parquet"));
  EXPECT_FALSE(IsHiddenName(""));
}

TEST(CheckPath, SaysWhatIsWrong) {
  EXPECT_TRUE(CheckPath("/").ok());
  EXPECT_TRUE(CheckPath("/a/b=c/.d/..e/f").ok());
  EXPECT_EQ(CheckPath("a/b").message(),
            "'a/b' cannot be used as a path: it is not absolute");
  EXPECT_EQ(CheckPath("/a/../b").message(),
            "'/a/../b' cannot be used as a path: it holds '.' or '..'");
  EXPECT_TRUE(Is(CheckPath("/a/"), ErrorKind::kInvalidInput));
}

}  // namespace
}  // namespace howdah
