#include "cli/fs/format.h"

#include <gtest/gtest.h>

#include "cli/fs/stat_format.h"

namespace howdah::cli {
namespace {

TEST(HumanSize, HasOneDecimalUnlessItIsWhole) {
  EXPECT_EQ(HumanSize(0), "0");
  EXPECT_EQ(HumanSize(1023), "1023");
  EXPECT_EQ(HumanSize(1024), "1 K");
  EXPECT_EQ(HumanSize(1536), "1.5 K");
  EXPECT_EQ(HumanSize(10 << 20), "10 M");
  EXPECT_EQ(HumanSize((int64_t{3} << 40) + 1), "3.0 T");
  EXPECT_EQ(HumanSize(INT64_MAX), "8.0 E");
  EXPECT_EQ(HumanSize(-2048), "-2 K");
}

TEST(HumanSize, RoundsHalvesUpAndIntoTheNextPrefix) {
  EXPECT_EQ(HumanSize(1024 + 256), "1.3 K");  // 1.25
  EXPECT_EQ(HumanSize((1 << 20) - 1), "1.0 M");
  EXPECT_EQ(HumanSize(1023 * 1024), "1023 K");
}

TEST(Times, StandInUtcAndMayBeBefore1970) {
  EXPECT_EQ(UtcSecond(0), "1970-01-01 00:00:00");
  EXPECT_EQ(UtcSecond(1'700'000'000'999'999), "2023-11-14 22:13:20");
  EXPECT_EQ(UtcSecond(-1), "1969-12-31 23:59:59");
}

TEST(TableText, AlignsColumnsTwoSpacesApart) {
  EXPECT_EQ(TableText({{"a", "1", "x"}, {"bbb", "22", "y"}}, {false, true, false}),
            "a     1  x\nbbb  22  y\n");
}

TEST(Printable, ReplacesWhatMovesACursor) { EXPECT_EQ(Printable("a\n\x1b[é"), "a??[é"); }

TEST(StatText, FillsEachLetter) {
  Entry entry;
  entry.path = "/a/b c";
  entry.type = FileType::kFile;
  entry.size = 7;
  entry.mode = 0640;
  entry.owner = "alice";
  entry.group = "staff";
  entry.mtime_us = 1'000'000;
  entry.replication = 3;
  entry.block_size = 128;
  EXPECT_EQ(
      StatText("%b %F %g %n %o %r %u %y %Y %a %A %%", entry),
      "7 regular file staff b c 128 3 alice 1970-01-01 00:00:01 1000 640 rw-r----- %");
  EXPECT_TRUE(CheckStatFormat("%b%%q").ok());
  EXPECT_FALSE(CheckStatFormat("%q").ok());
  EXPECT_FALSE(CheckStatFormat("b%").ok());
}

}  // namespace
}  // namespace howdah::cli
