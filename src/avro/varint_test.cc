#include "avro/varint.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace howdah {
namespace {

std::string Put(int64_t value) {
  std::byte out[kAvroLongRoom];
  const std::byte* end = PutAvroLong(value, out);
  return {reinterpret_cast<const char*>(out), static_cast<size_t>(end - out)};
}

/// nullopt-like: -1 bytes read when it is not a number.
std::pair<int64_t, int> Get(const std::string& bytes) {
  const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
  int64_t value = 0;
  const std::byte* end = GetAvroLong(begin, begin + bytes.size(), &value);
  return {value, end == nullptr ? -1 : static_cast<int>(end - begin)};
}

TEST(AvroLong, NumbersAreAsInTheSpecification) {
  EXPECT_EQ(Put(0), std::string(1, '\0'));
  EXPECT_EQ(Put(-1), "\x01");
  EXPECT_EQ(Put(1), "\x02");
  EXPECT_EQ(Put(-2), "\x03");
  EXPECT_EQ(Put(2), "\x04");
  EXPECT_EQ(Put(-64), "\x7f");
  EXPECT_EQ(Put(64), "\x80\x01");
}

TEST(AvroLong, TheLargestTakeTenBytes) {
  EXPECT_EQ(Put(std::numeric_limits<int64_t>::max()),
            "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01");
  EXPECT_EQ(Put(std::numeric_limits<int64_t>::min()),
            "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST(AvroLong, EveryPowerOfTwoAndItsNeighboursComeBack) {
  for (int bit = 0; bit < 63; ++bit) {
    const int64_t power = int64_t{1} << bit;
    for (const int64_t value :
         {power - 1, power, power + 1, -power - 1, -power, 1 - power}) {
      const std::string bytes = Put(value);
      // Seven bits a byte of the zig-zag number, which is twice as large.
      uint64_t bits = value < 0 ? ~static_cast<uint64_t>(value) * 2 + 1
                                : static_cast<uint64_t>(value) * 2;
      size_t length = 1;
      while (bits >>= 7) ++length;
      EXPECT_EQ(bytes.size(), length) << value;
      EXPECT_EQ(Get(bytes), std::make_pair(value, static_cast<int>(length)));
      EXPECT_EQ(AvroLongBytes(value), static_cast<int64_t>(length)) << value;
      std::byte exact[kAvroLongRoom + 1] = {};
      exact[length] = std::byte{0x55};
      EXPECT_EQ(PutAvroLongExactly(value, exact), exact + length);
      EXPECT_EQ(exact[length], std::byte{0x55}) << value;
      EXPECT_EQ(std::memcmp(exact, bytes.data(), length), 0) << value;
    }
  }
}

TEST(AvroLong, ANumberThatDoesNotEndIsNone) {
  EXPECT_EQ(Get("").second, -1);
  EXPECT_EQ(Get("\x80").second, -1);
  EXPECT_EQ(Get("\xff\xff\xff\xff\xff\xff\xff\xff\xff").second, -1);
}

TEST(AvroLong, ANumberOfMoreThan64BitsIsNone) {
  EXPECT_EQ(Get("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02").second, -1);
  EXPECT_EQ(Get("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01").second, -1);
}

TEST(AvroLong, PaddingIsANumberToo) {
  EXPECT_EQ(Get(std::string("\x82\x80\x00", 3)), std::make_pair(int64_t{1}, 3));
}

}  // namespace
}  // namespace howdah
