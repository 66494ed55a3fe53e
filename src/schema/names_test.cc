#include "schema/names.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace howdah {
namespace {

using namespace std::string_view_literals;

TEST(LegalName, FollowsTheNameRule) {
  struct Case {
    std::string_view name, legal;
  };
  const Case cases[] = {
      {"score", "score"},
      {"_x9", "_x9"},
      {"Dense_1/out:0", "dense_1_out_0"},
      {"CamelCase", "camelcase"},
      {"9lives", "_9lives"},
      {"", "_"},
      {" ", "_"},
      {"a.b-c d", "a_b_c_d"},
      {"a\0b"sv, "a_b"},
  };
  for (const Case& c : cases) EXPECT_EQ(LegalName(c.name), c.legal) << c.name;
}

TEST(LegalName, WritesOneUnderscorePerCodePoint) {
  EXPECT_EQ(LegalName("größe"), "gr__e");             // two bytes each
  EXPECT_EQ(LegalName("温度1"), "__1");               // three bytes each
  EXPECT_EQ(LegalName("a\xF0\x9F\x90\x98z"), "a_z");  // U+1F418, four bytes
}

TEST(LegalName, WritesOneUnderscorePerByteThatIsNotUtf8) {
  const std::string_view cases[] = {
      "a\xFF\xFEz",  // never used
      "a\xC0\x80z",  // overlong
      "a\x80\x80z",  // no lead byte
      "a\xC3\xC3z",  // lead without its second byte
  };
  for (const std::string_view name : cases) EXPECT_EQ(LegalName(name), "a__z");
  EXPECT_EQ(LegalName("\xED\xA0\x80"), "___");       // surrogate
  EXPECT_EQ(LegalName("\xE0\x9F\xBF"), "___");       // overlong
  EXPECT_EQ(LegalName("\xF4\x90\x80\x80"), "____");  // above U+10FFFF
  EXPECT_EQ(LegalName("\xF0\x8F\x80\x80"), "____");  // overlong
  EXPECT_EQ(LegalName("\xE6\xB8"), "__");            // cut short
}

TEST(LegalName, IsAtMost128BytesLong) {
  EXPECT_EQ(LegalName(std::string(128, 'a')), std::string(128, 'a'));
  EXPECT_EQ(LegalName(std::string(129, 'a')), std::string(128, 'a'));
  EXPECT_EQ(LegalName("1" + std::string(200, 'a')), "_1" + std::string(126, 'a'));
}

TEST(LegalName, LeavesLegalNamesAlone) {
  for (const std::string_view name : {"Dense_1/out:0"sv, "9"sv, ""sv, "\xFF"sv}) {
    const std::string once = LegalName(name);
    EXPECT_EQ(LegalName(once), once);
  }
}

}  // namespace
}  // namespace howdah
