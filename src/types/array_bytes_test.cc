#include "types/array_bytes.h"

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

namespace howdah {
namespace {

int64_t Bytes(const std::shared_ptr<arrow::DataType>& type, const std::string& json,
              int64_t first, int64_t rows) {
  const auto array = arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
  return ApproximateBytes(
      *arrow::RecordBatch::Make(arrow::schema({arrow::field("c", type)}), array->length(),
                                {array})
           ->Slice(first, rows));
}

TEST(ApproximateBytes, CountsWhatTheRowsOfASliceTake) {
  EXPECT_EQ(Bytes(arrow::int64(), "[1, 2, 3]", 1, 2), 16);
  EXPECT_EQ(Bytes(arrow::boolean(), "[true, true, true]", 0, 3), 1);
  EXPECT_EQ(Bytes(arrow::utf8(), R"(["abc", "de", "f"])", 1, 2), 8 + 3);
  EXPECT_EQ(Bytes(arrow::large_utf8(), R"(["abc", "de"])", 0, 1), 8 + 3);
  EXPECT_EQ(Bytes(arrow::list(arrow::float32()), "[[1], [2, 3], []]", 1, 2), 8 + 8);
  EXPECT_EQ(Bytes(arrow::fixed_size_list(arrow::float32(), 2), "[[1, 2], [3, 4]]", 1, 1),
            8);
  EXPECT_EQ(Bytes(arrow::list(arrow::utf8()), R"([["a"], ["bc", "d"]])", 1, 1),
            4 + 8 + 3);
  EXPECT_EQ(Bytes(arrow::struct_({arrow::field("a", arrow::int32()),
                                  arrow::field("b", arrow::utf8())}),
                  R"([{"a": 1, "b": "x"}, {"a": 2, "b": "yz"}])", 1, 1),
            4 + 4 + 2);
}

TEST(ApproximateBytes, IsZeroWithoutRows) {
  EXPECT_EQ(Bytes(arrow::utf8(), "[]", 0, 0), 0);
  EXPECT_EQ(Bytes(arrow::list(arrow::int8()), "[[1]]", 1, 0), 0);
}

}  // namespace
}  // namespace howdah
