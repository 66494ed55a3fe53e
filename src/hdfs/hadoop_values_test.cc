#include "hdfs/hadoop_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/storage/expect_kind.h"

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

TEST(HadoopValues, SizesTakeBinaryPrefixes) {
  EXPECT_EQ(ParseHadoopSize("4096").ValueOrDie(), 4096);
  EXPECT_EQ(ParseHadoopSize(" 128m ").ValueOrDie(), 134217728);
  EXPECT_EQ(ParseHadoopSize("1K").ValueOrDie(), 1024);
  EXPECT_EQ(ParseHadoopSize("2g").ValueOrDie(), 2147483648);
  EXPECT_EQ(ParseHadoopSize("1t").ValueOrDie(), int64_t{1} << 40);
  EXPECT_EQ(ParseHadoopSize("-1").ValueOrDie(), -1);
  for (const char* bad : {"", "m", "1 x", "1.5g", "1mb", "8e", "9223372036854775808"}) {
    EXPECT_KIND(ParseHadoopSize(bad), kInvalidInput) << bad;
  }
}

TEST(HadoopValues, WholeNumbersMayBeHexadecimal) {
  EXPECT_EQ(ParseHadoopInt(" 15 ").ValueOrDie(), 15);
  EXPECT_EQ(ParseHadoopInt("-7").ValueOrDie(), -7);
  EXPECT_EQ(ParseHadoopInt("0x1F").ValueOrDie(), 31);
  for (const char* bad : {"", "0x", "--1", "1m", "1.0"}) {
    EXPECT_KIND(ParseHadoopInt(bad), kInvalidInput) << bad;
  }
}

TEST(HadoopValues, DurationsHaveUnitsOrTheKeysOwn) {
  EXPECT_EQ(ParseHadoopDuration("30", 1000ms).ValueOrDie(), 30s);
  EXPECT_EQ(ParseHadoopDuration("30", 1ms).ValueOrDie(), 30ms);
  EXPECT_EQ(ParseHadoopDuration("30s", 1ms).ValueOrDie(), 30s);
  EXPECT_EQ(ParseHadoopDuration("5M", 1ms).ValueOrDie(), 5min);
  EXPECT_EQ(ParseHadoopDuration("2h", 1ms).ValueOrDie(), 2h);
  EXPECT_EQ(ParseHadoopDuration("1d", 1ms).ValueOrDie(), 24h);
  EXPECT_EQ(ParseHadoopDuration("250ms", 1000ms).ValueOrDie(), 250ms);
  EXPECT_EQ(ParseHadoopDuration("1500us", 1000ms).ValueOrDie(), 1ms);
  for (const char* bad : {"", "s", "1w", "1.5s", "9223372036854775807d"}) {
    EXPECT_KIND(ParseHadoopDuration(bad, 1ms), kInvalidInput) << bad;
  }
}

TEST(HadoopValues, FlagsAreTrueOrFalse) {
  EXPECT_TRUE(ParseHadoopBool(" True").ValueOrDie());
  EXPECT_FALSE(ParseHadoopBool("false").ValueOrDie());
  EXPECT_KIND(ParseHadoopBool("yes"), kInvalidInput);
}

TEST(HadoopValues, AUmaskIsOctalOrNamesWhatIsGiven) {
  EXPECT_EQ(ParseHadoopUmask("022").ValueOrDie(), 022u);
  EXPECT_EQ(ParseHadoopUmask("0027").ValueOrDie(), 027u);
  EXPECT_EQ(ParseHadoopUmask("u=rwx,g=rx,o=").ValueOrDie(), 027u);
  EXPECT_EQ(ParseHadoopUmask("a=rwx").ValueOrDie(), 0u);
  for (const char* bad : {"", "8", "u", "u=q", "x=r"}) {
    EXPECT_KIND(ParseHadoopUmask(bad), kInvalidInput) << bad;
  }
}

TEST(HadoopValues, ListsAreSplitAtCommas) {
  EXPECT_THAT(SplitHadoopList(" a, b,,c "), testing::ElementsAre("a", "b", "c"));
  EXPECT_TRUE(SplitHadoopList("  ").empty());
}

}  // namespace
}  // namespace howdah::hdfs
