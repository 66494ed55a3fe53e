#include "types/row_hash.h"

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace howdah {
namespace {

std::shared_ptr<arrow::RecordBatch> Batch(const std::shared_ptr<arrow::DataType>& type,
                                          const std::string& json) {
  auto array = arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("c", type)}),
                                  array->length(), {array});
}

uint64_t Hash(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return HashRows(*Batch(type, json)).ValueOrDie();
}

auto NestedType() {
  return arrow::struct_({arrow::field("a", arrow::list(arrow::float32())),
                         arrow::field("b", arrow::map(arrow::utf8(), arrow::int32())),
                         arrow::field("d", arrow::decimal128(20, 2))});
}

TEST(HashRows, DoesNotDependOnTheOrderOfRowsOrTheBatchesTheyCameIn) {
  EXPECT_EQ(Hash(arrow::int64(), "[1, 2, null, 4]"),
            Hash(arrow::int64(), "[null, 4, 2, 1]"));
  const auto whole = Batch(arrow::utf8(), R"(["a", "bc", null, ""])");
  EXPECT_EQ(HashRows(*whole).ValueOrDie(),
            HashRows(*whole->Slice(0, 1)).ValueOrDie() +
                HashRows(*whole->Slice(1, 3)).ValueOrDie());
  const auto nested = Batch(
      NestedType(),
      R"([{"a": [1, 2], "b": [["x", 1]], "d": "1.50"}, null, {"a": null, "b": [], "d": "2.00"}])");
  EXPECT_EQ(HashRows(*nested).ValueOrDie(),
            HashRows(*nested->Slice(0, 1)).ValueOrDie() +
                HashRows(*nested->Slice(1, 2)).ValueOrDie());
}

TEST(HashRows, ADecimalCountsByItsValueWhateverItsWidth) {
  const std::string values = R"(["1.50", "-0.01", null])";
  const uint64_t hash = Hash(arrow::decimal128(9, 2), values);
  EXPECT_EQ(Hash(arrow::decimal32(9, 2), values), hash);
  EXPECT_EQ(Hash(arrow::decimal64(9, 2), values), hash);
  EXPECT_EQ(Hash(arrow::decimal256(9, 2), values), hash);
  EXPECT_NE(Hash(arrow::decimal128(9, 2), R"(["1.50", "0.01", null])"), hash);
}

TEST(HashRows, ATimestampInMillisecondsCountsAsItsMicroseconds) {
  EXPECT_EQ(Hash(arrow::timestamp(arrow::TimeUnit::MILLI), "[-1, null, 5]"),
            Hash(arrow::timestamp(arrow::TimeUnit::MICRO), "[-1000, null, 5000]"));
}

TEST(HashRows, HashesARowTheSameWhateverItsNeighboursAre) {
  const auto lists = Batch(arrow::list(arrow::float32()), "[[1, 2], [null], [3]]");
  EXPECT_EQ(HashRows(*lists).ValueOrDie(),
            Hash(arrow::list(arrow::float32()), "[[1, 2], [3]]") +
                Hash(arrow::list(arrow::float32()), "[[null]]"));
}

TEST(HashRows, TellsApartWhatReadersTellApart) {
  std::vector<uint64_t> hashes;
  for (const char* json :
       {"[null]", "[[]]", "[[0]]", "[[-0.0]]", "[[null]]", "[[0, 0]]", "[[0], [0]]",
        "[[NaN]]", "[[1, 2]]", "[[2, 1]]", "[[1], [2]]"}) {
    hashes.push_back(Hash(arrow::list(arrow::float32()), json));
  }
  for (const char* json : {"[\"\"]", R"(["a"])", R"(["a\u0000"])"}) {
    hashes.push_back(Hash(arrow::utf8(), json));
  }
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

TEST(HashRows, TakesIntegersByValueAndTextByBytesWhateverTheirWidth) {
  EXPECT_EQ(Hash(arrow::int8(), "[-1]"), Hash(arrow::int64(), "[-1]"));
  EXPECT_EQ(Hash(arrow::uint16(), "[65535]"), Hash(arrow::int32(), "[65535]"));
  EXPECT_EQ(Hash(arrow::utf8(), R"(["é"])"), Hash(arrow::large_binary(), R"(["é"])"));
  EXPECT_EQ(Hash(arrow::list(arrow::float64()), "[[1, 2]]"),
            Hash(arrow::fixed_size_list(arrow::float64(), 2), "[[1, 2]]"));
}

TEST(HashRows, TakesTheColumnsAskedForInTheirOrder) {
  const auto a = arrow::json::ArrayFromJSONString(arrow::int64(), "[1]").ValueOrDie();
  const auto b = arrow::json::ArrayFromJSONString(arrow::int64(), "[2]").ValueOrDie();
  const auto batch =
      arrow::RecordBatch::Make(arrow::schema({arrow::field("a", arrow::int64()),
                                              arrow::field("b", arrow::int64())}),
                               1, {a, b});
  EXPECT_EQ(*HashRows(*batch, {0}), Hash(arrow::int64(), "[1]"));
  EXPECT_NE(*HashRows(*batch, {0, 1}), *HashRows(*batch, {1, 0}));
  EXPECT_EQ(*HashRows(*batch, {}), 0u);
}

TEST(HashRows, RefusesATypeInWhichNothingLands) {
  const auto status = HashRows(*Batch(arrow::null(), "[null]")).status();
  EXPECT_TRUE(Is(status, ErrorKind::kUnsupported));
}

}  // namespace
}  // namespace howdah
