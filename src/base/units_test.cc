#include "base/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace howdah {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

TEST(ParseByteSize, APlainNumberIsBytes) {
  EXPECT_EQ(ParseByteSize("0").ValueOrDie(), 0);
  EXPECT_EQ(ParseByteSize("4096").ValueOrDie(), 4096);
  EXPECT_EQ(ParseByteSize("4096B").ValueOrDie(), 4096);
}

TEST(ParseByteSize, DecimalUnitsArePowersOf1000) {
  EXPECT_EQ(ParseByteSize("10kB").ValueOrDie(), 10'000);
  EXPECT_EQ(ParseByteSize("10KB").ValueOrDie(), 10'000);
  EXPECT_EQ(ParseByteSize("3MB").ValueOrDie(), 3'000'000);
  EXPECT_EQ(ParseByteSize("2GB").ValueOrDie(), 2'000'000'000);
  EXPECT_EQ(ParseByteSize("1TB").ValueOrDie(), 1'000'000'000'000);
}

TEST(ParseByteSize, BinaryUnitsArePowersOf1024) {
  EXPECT_EQ(ParseByteSize("1KiB").ValueOrDie(), 1024);
  EXPECT_EQ(ParseByteSize("64MiB").ValueOrDie(), 67'108'864);
  EXPECT_EQ(ParseByteSize("2GiB").ValueOrDie(), 2'147'483'648);
  EXPECT_EQ(ParseByteSize("1TiB").ValueOrDie(), 1'099'511'627'776);
}

TEST(ParseByteSize, FractionsAreExactAndRoundedDown) {
  EXPECT_EQ(ParseByteSize("1.5GiB").ValueOrDie(), 1'610'612'736);
  EXPECT_EQ(ParseByteSize("0.1kB").ValueOrDie(), 100);
  EXPECT_EQ(ParseByteSize("0.3KiB").ValueOrDie(), 307);  // 307.2
  EXPECT_EQ(ParseByteSize("0.29kB").ValueOrDie(), 290);  // 289.99… in floating point
  EXPECT_EQ(ParseByteSize("0.000000000001TB").ValueOrDie(), 1);
  EXPECT_EQ(ParseByteSize("0.99999999999999999999999999999999kB").ValueOrDie(), 999);
}

TEST(ParseByteSize, TheLargestSizePassesAndTheNextDoesNot) {
  EXPECT_EQ(ParseByteSize("9223372036854775807").ValueOrDie(), kMost);
  for (const char* text :
       {"9223372036854775808", "9223372036854775.808kB", "8388608TiB", "9223373TB",
        "99999999999999999999999999999999999999", "18446744073709551617"}) {
    const Status status = ParseByteSize(text).status();
    EXPECT_TRUE(Is(status, ErrorKind::kInvalidInput)) << text;
    EXPECT_THAT(status.message(), HasSubstr("too large"));
  }
  EXPECT_EQ(ParseByteSize("9223372036854775.807kB").ValueOrDie(), kMost);
}

TEST(ParseByteSize, AnythingElseIsRefusedWithTheUnitsThereAre) {
  for (const char* text :
       {"",     "B",    "MiB",   "-1",      "-1MB",  "+1",     "nan",  "inf", "1e3",
        "0x10", "1 MB", " 1MB",  "1MB ",    "1mb",   "1M",     "1Mib", "1.5", "1.5B",
        ".5MB", "5.MB", "1,5MB", "1.2.3MB", "1MBMB", "64 MiB", "１MB"}) {
    const Status status = ParseByteSize(text).status();
    EXPECT_TRUE(Is(status, ErrorKind::kInvalidInput)) << text;
    EXPECT_THAT(status.message(), HasSubstr("'" + std::string(text) + "' is not a size"));
    EXPECT_THAT(status.message(), HasSubstr("MiB"));
  }
}

TEST(ParseByteSize, ANulByteInsideIsRefused) {
  EXPECT_FALSE(ParseByteSize(std::string_view("1\0", 2)).ok());
  EXPECT_FALSE(ParseByteSize(std::string_view("1MB\0", 4)).ok());
}

TEST(ParseDuration, EachUnitHasItsLength) {
  EXPECT_EQ(ParseDuration("250ms").ValueOrDie(), milliseconds(250));
  EXPECT_EQ(ParseDuration("30s").ValueOrDie(), milliseconds(30'000));
  EXPECT_EQ(ParseDuration("5m").ValueOrDie(), milliseconds(300'000));
  EXPECT_EQ(ParseDuration("1h").ValueOrDie(), milliseconds(3'600'000));
  EXPECT_EQ(ParseDuration("7d").ValueOrDie(), milliseconds(604'800'000));
  EXPECT_EQ(ParseDuration("1.5h").ValueOrDie(), milliseconds(5'400'000));
  EXPECT_EQ(ParseDuration("0s").ValueOrDie(), milliseconds(0));
}

TEST(ParseDuration, AnythingElseIsRefusedWithTheUnitsThereAre) {
  for (const char* text :
       {"", "5", "s", "-5s", "5 s", "5S", "5sec", "1.5ms", "nans", "1h30m"}) {
    const Status status = ParseDuration(text).status();
    EXPECT_TRUE(Is(status, ErrorKind::kInvalidInput)) << text;
    EXPECT_THAT(status.message(), HasSubstr("ms, s, m (minutes), h, d"));
  }
  EXPECT_THAT(ParseDuration("106751991168d").status().message(), HasSubstr("too large"));
}

TEST(FormatByteSize, UsesTheLargestUnitThatLeavesAtLeastOne) {
  EXPECT_EQ(FormatByteSize(0), "0 B");
  EXPECT_EQ(FormatByteSize(1023), "1023 B");
  EXPECT_EQ(FormatByteSize(1024), "1.0 KiB");
  EXPECT_EQ(FormatByteSize(1536), "1.5 KiB");
  EXPECT_EQ(FormatByteSize(5 * 1024 * 1024), "5.0 MiB");
  EXPECT_EQ(FormatByteSize(kMost), "8.0 EiB");
  EXPECT_EQ(FormatByteSize(-1536), "-1.5 KiB");
}

TEST(FormatByteSize, RoundsUpIntoTheNextUnit) {
  EXPECT_EQ(FormatByteSize(1024 * 1024 - 1), "1.0 MiB");
}

TEST(FormatCount, GroupsDigitsByThree) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1000), "1,000");
  EXPECT_EQ(FormatCount(1234567), "1,234,567");
  EXPECT_EQ(FormatCount(-123), "-123");
  EXPECT_EQ(FormatCount(-123456), "-123,456");
  EXPECT_EQ(FormatCount(kMost), "9,223,372,036,854,775,807");
}

}  // namespace
}  // namespace howdah
