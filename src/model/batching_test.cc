#include "model/batching.h"

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace howdah {
namespace {

using testing::HasSubstr;
using Kind = Batching::Kind;

TensorSpec Spec(const std::string& name, std::optional<std::vector<int64_t>> shape) {
  return {.name = name, .dtype = DType::kFloat, .shape = std::move(shape)};
}

Signature Inputs(std::vector<TensorSpec> inputs) {
  return {.key = "s", .inputs = std::move(inputs)};
}

Tensor Floats(std::vector<int64_t> shape, const std::string& json) {
  return {DType::kFloat, std::move(shape),
          arrow::json::ArrayFromJSONString(arrow::float32(), json).ValueOrDie()};
}

TEST(BatchingOf, FollowsTheFirstDimensionOfTheFedInputs) {
  const auto kind = [](std::vector<TensorSpec> inputs, std::vector<bool> fed) {
    return BatchingOf(Inputs(std::move(inputs)), fed).ValueOrDie();
  };
  EXPECT_EQ(kind({Spec("x", {{-1, 3}})}, {true}).kind, Kind::kAnyRows);
  EXPECT_EQ(kind({Spec("x", std::nullopt)}, {true}).kind, Kind::kAnyRows);
  const Batching fixed = kind({Spec("x", {{-1}}), Spec("y", {{8, 2}})}, {true, true});
  EXPECT_EQ(fixed.kind, Kind::kFixedRows);
  EXPECT_EQ(fixed.rows_per_run, 8);
  EXPECT_EQ(kind({Spec("x", {{-1}}), Spec("y", {{8, 2}})}, {true, false}).kind,
            Kind::kAnyRows);
  const Batching by_row = kind({Spec("x", {{8}}), Spec("y", {{}})}, {true, true});
  EXPECT_EQ(by_row.kind, Kind::kRowByRow);
  EXPECT_EQ(by_row.rows_per_run, 1);
  EXPECT_EQ(kind({Spec("x", {{8}}), Spec("y", {{}})}, {true, false}).kind,
            Kind::kFixedRows);
}

TEST(BatchingOf, RefusesTwoFixedBatchesAndNoInput) {
  const auto two =
      BatchingOf(Inputs({Spec("x", {{4}}), Spec("y", {{8, 2}})}), {true, true});
  EXPECT_TRUE(Is(two.status(), ErrorKind::kUnsupported));
  EXPECT_THAT(two.status().message(),
              HasSubstr("'x' float32 [4] and 'y' float32 [8, 2]"));
  EXPECT_TRUE(Is(BatchingOf(Inputs({}), {}).status(), ErrorKind::kUnsupported));
}

TEST(CheckInputs, CountsRowsAndLetsAbsentInputsBe) {
  const auto signature = Inputs({Spec("x", {{-1, 2}}), Spec("y", {{-1}})});
  EXPECT_EQ(CheckInputs(signature, {Floats({3, 2}, "[1, 2, 3, 4, 5, 6]"), Tensor{}}, {})
                .ValueOrDie(),
            3);
}

TEST(CheckInputs, TakesRowsWithAndWithoutBatchDimensionRowByRow) {
  const Batching by_row{Kind::kRowByRow, 1};
  const auto signature =
      Inputs({Spec("a", {{}}), Spec("v", {{2}}), Spec("x", {{-1, 2}})});
  const Tensor a = Floats({2}, "[1, 2]"), two = Floats({2, 2}, "[1, 2, 3, 4]");
  EXPECT_EQ(CheckInputs(signature, {a, two, two}, by_row).ValueOrDie(), 2);
  const auto wrong = Floats({2, 3}, "[1, 2, 3, 4, 5, 6]");
  EXPECT_FALSE(CheckInputs(signature, {a, wrong, two}, by_row).ok());
  EXPECT_FALSE(CheckInputs(signature, {a, two, wrong}, by_row).ok());
}

TEST(EmptyTensor, KeepsWhatIsKnownOfTheShape) {
  EXPECT_EQ(EmptyTensor(Spec("y", {{-1, 3, -1}}), {}).ValueOrDie().shape,
            (std::vector<int64_t>{0, 3, 0}));
  EXPECT_EQ(EmptyTensor(Spec("y", std::nullopt), {}).ValueOrDie().shape,
            (std::vector<int64_t>{0}));
  EXPECT_EQ(EmptyTensor(Spec("y", {{3}}), {Kind::kRowByRow, 1}).ValueOrDie().shape,
            (std::vector<int64_t>{0, 3}));
}

}  // namespace
}  // namespace howdah
