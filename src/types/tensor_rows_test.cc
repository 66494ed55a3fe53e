#include "types/tensor_rows.h"

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace howdah {
namespace {

using testing::HasSubstr;

Tensor Floats(std::vector<int64_t> shape, const std::string& json) {
  return {DType::kFloat, std::move(shape),
          arrow::json::ArrayFromJSONString(arrow::float32(), json).ValueOrDie()};
}

Tensor Strings(std::vector<int64_t> shape, const std::string& json) {
  return {DType::kString, std::move(shape),
          arrow::json::ArrayFromJSONString(arrow::binary(), json).ValueOrDie()};
}

std::shared_ptr<arrow::Array> Int64s(const std::string& json) {
  return arrow::json::ArrayFromJSONString(arrow::int64(), json).ValueOrDie();
}

void ExpectEqual(const Tensor& got, const Tensor& expected) {
  EXPECT_EQ(got.shape, expected.shape);
  EXPECT_TRUE(got.values->Equals(expected.values)) << got.values->ToString();
}

TEST(SliceRows, SharesMemoryAndStartsWhereTheTensorDoes) {
  Tensor tensor = Floats({4, 2}, "[0, 0, 1, 2, 3, 4, 5, 6]");
  tensor.values = tensor.values->Slice(2);
  tensor.shape[0] = 3;
  const Tensor slice = SliceRows(tensor, 1, 2).ValueOrDie();
  ExpectEqual(slice, Floats({2, 2}, "[3, 4, 5, 6]"));
  EXPECT_EQ(slice.values->data()->buffers[1], tensor.values->data()->buffers[1]);
}

Tensor Ragged() {  // [[1, 2], [], [3], [4, 5, 6]]
  Tensor tensor = Floats({6}, "[1, 2, 3, 4, 5, 6]");
  tensor.row_splits = {Int64s("[0, 2, 2, 3, 6]")};
  return tensor;
}

TEST(SliceRows, CutsRaggedRows) {
  const Tensor slice = SliceRows(Ragged(), 1, 2).ValueOrDie();
  EXPECT_EQ(RowsOf(slice), 2);
  EXPECT_TRUE(slice.row_splits[0]->Equals(Int64s("[0, 0, 1]")));
  ExpectEqual(slice, Floats({1}, "[3]"));
}

TEST(SliceRows, CutsRaggedRowsOfRaggedRows) {
  Tensor tensor = Ragged();  // [[[1, 2], []], [[3]], [[4, 5, 6]]]
  tensor.row_splits.insert(tensor.row_splits.begin(), Int64s("[0, 2, 3, 4]"));
  ASSERT_TRUE(CheckRowSplits(tensor).ok());
  const Tensor slice = SliceRows(tensor, 1, 2).ValueOrDie();
  EXPECT_TRUE(slice.row_splits[0]->Equals(Int64s("[0, 1, 2]")));
  EXPECT_TRUE(slice.row_splits[1]->Equals(Int64s("[0, 1, 4]")));
  ExpectEqual(slice, Floats({4}, "[3, 4, 5, 6]"));
}

TEST(JoinRows, PutsRaggedRowsBehindEachOther) {
  const std::vector<Tensor> pieces = {SliceRows(Ragged(), 0, 1).ValueOrDie(),
                                      SliceRows(Ragged(), 1, 3).ValueOrDie()};
  const Tensor joined = JoinRows(pieces).ValueOrDie();
  EXPECT_TRUE(joined.row_splits[0]->Equals(Ragged().row_splits[0]));
  ExpectEqual(joined, Ragged());
}

TEST(CheckRowSplits, RefusesWhatCutsNoRows) {
  for (const char* splits : {"[]", "[1, 6]", "[0, 4, 3, 6]", "[0, 5]", "[0, 7]"}) {
    Tensor tensor = Ragged();
    tensor.row_splits = {Int64s(splits)};
    EXPECT_FALSE(CheckRowSplits(tensor).ok()) << splits;
  }
}

TEST(PadRows, RepeatsTheLastRow) {
  ExpectEqual(PadRows(Floats({2, 2}, "[1, 2, 3, 4]"), 4).ValueOrDie(),
              Floats({4, 2}, "[1, 2, 3, 4, 3, 4, 3, 4]"));
  ExpectEqual(PadRows(Strings({1}, R"(["a"])"), 3).ValueOrDie(),
              Strings({3}, R"(["a", "a", "a"])"));
  const Tensor full = Floats({2}, "[1, 2]");
  EXPECT_EQ(PadRows(full, 2).ValueOrDie().values, full.values);
}

TEST(JoinRows, JoinsInOrder) {
  const std::vector<Tensor> pieces = {Strings({2}, R"(["a", "b"])"),
                                      Strings({1}, R"(["c"])")};
  ExpectEqual(JoinRows(pieces).ValueOrDie(), Strings({3}, R"(["a", "b", "c"])"));
}

TEST(JoinRows, RefusesRowsOfDifferentShapes) {
  const std::vector<Tensor> pieces = {Floats({1, 2}, "[1, 2]"), Floats({1, 1}, "[1]")};
  const auto joined = JoinRows(pieces);
  EXPECT_TRUE(Is(joined.status(), ErrorKind::kSchemaMismatch));
  EXPECT_THAT(joined.status().message(), HasSubstr("[1, 2], another [1, 1]"));
}

}  // namespace
}  // namespace howdah
