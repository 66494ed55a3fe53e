// How the rows of one call become runs of the model.
#include <arrow/array.h>
#include <arrow/scalar.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/predictor.h"
#include "model_zoo.h"

namespace howdah {
namespace {

using testing::HasSubstr;

TEST(PredictorBatching, PadsAFixedBatchAndCutsTheAnswer) {
  auto y = LoadZoo("static_batch").Answer({{"x", Floats({3, 2}, "[1, 2, 3, 4, 5, 6]")}});
  ExpectEqual(y["y"], Floats({3, 2}, "[2, 4, 6, 8, 10, 12]"));
  ExpectEqual(y["place"], MakeTensor(DType::kInt64, {3}, "[0, 1, 2]"));
  ExpectEqual(y["label"], MakeTensor(DType::kString, {3}, R"(["r0", "r1", "r2"])"));
}

TEST(PredictorBatching, RunsAFullFixedBatchWithoutCopies) {
  const auto model = LoadZoo("static_batch", "", {"y"});
  ExpectEqual(model.Answer({{"x", Floats({4, 2}, "[1, 2, 3, 4, 5, 6, 7, 8]")}})["y"],
              Floats({4, 2}, "[2, 4, 6, 8, 10, 12, 14, 16]"));
  EXPECT_EQ(model.copy_counts().zero_copy_inputs, 1);
  EXPECT_EQ(model.copy_counts().zero_copy_outputs, 1);
}

TEST(PredictorBatching, RunsMoreRowsThanTheFixedBatchInPieces) {
  std::string x = "[", doubled = "[";
  for (int i = 0; i < 18; ++i) {
    x += fmt::format("{}{}", i == 0 ? "" : ", ", i);
    doubled += fmt::format("{}{}", i == 0 ? "" : ", ", 2 * i);
  }
  auto y = LoadZoo("static_batch").Answer({{"x", Floats({9, 2}, x + "]")}});
  ExpectEqual(y["y"], Floats({9, 2}, doubled + "]"));
  ExpectEqual(y["place"], MakeTensor(DType::kInt64, {9}, "[0, 1, 2, 3, 0, 1, 2, 3, 0]"));
  ExpectEqual(y["label"],
              MakeTensor(DType::kString, {9},
                         R"(["r0", "r1", "r2", "r3", "r0", "r1", "r2", "r3", "r0"])"));
}

TEST(PredictorBatching, RunsEachRowByItselfWhereThereIsNoBatchDimension) {
  auto answer = LoadZoo("scalar").Answer({{"a", Floats({3}, "[1, 2, 3]")},
                                          {"b", Floats({3}, "[10, 20, 30]")},
                                          {"v", Floats({3, 2}, "[1, 2, 3, 4, 5, 6]")}});
  ExpectEqual(answer["y"], Floats({3}, "[11, 41, 91]"));
  ExpectEqual(answer["w"], Floats({3, 2}, "[1, 2, 6, 8, 15, 18]"));
}

TEST(PredictorBatching, FeedsBatchesOfOneBesideAScalar) {
  auto answer = LoadZoo("scale_and_batch")
                    .Answer({{"x", Floats({2, 2}, "[1, 2, 3, 4]")},
                             {"scale", Floats({2}, "[10, 100]")}});
  ExpectEqual(answer["y"], Floats({2, 2}, "[10, 20, 300, 400]"));
}

std::vector<std::string> SplitsOf(const Tensor& tensor) {
  std::vector<std::string> texts;
  for (const auto& splits : tensor.row_splits) {
    std::string text;
    for (int64_t i = 0; i < splits->length(); ++i) {
      text += splits->GetScalar(i).ValueOrDie()->ToString() + " ";
    }
    texts.push_back(text);
  }
  return texts;
}

Tensor Texts(int64_t rows, const std::string& json) {
  return MakeTensor(DType::kString, {rows}, json);
}

TEST(PredictorBatching, GivesRaggedOutputsAsValuesAndRowSplits) {
  auto answer = LoadZoo("ragged").Answer({{"text", Texts(3, R"(["a bc", "", "d"])")}});
  ExpectEqual(answer["n"], MakeTensor(DType::kInt64, {3}, "[2, 0, 1]"));
  ExpectEqual(answer["words"], Texts(3, R"(["a", "bc", "d"])"));
  EXPECT_THAT(SplitsOf(answer["words"]), testing::ElementsAre("0 2 2 3 "));
  ExpectEqual(answer["letters"], MakeTensor(DType::kInt32, {4}, "[97, 98, 99, 100]"));
  EXPECT_THAT(SplitsOf(answer["letters"]), testing::ElementsAre("0 2 2 3 ", "0 1 3 4 "));
  ExpectEqual(answer["pairs"], Floats({3, 2}, "[1, 2, 1, 2, 1, 2]"));
  EXPECT_THAT(SplitsOf(answer["pairs"]), testing::ElementsAre("0 2 2 3 "));
}

TEST(PredictorBatching, JoinsAndCutsRaggedOutputsOfFixedBatches) {
  auto answer =
      LoadZoo("ragged", "two").Answer({{"text", Texts(3, R"(["a b", "", "c d e"])")}});
  ExpectEqual(answer["words"], Texts(5, R"(["a", "b", "c", "d", "e"])"));
  EXPECT_THAT(SplitsOf(answer["words"]), testing::ElementsAre("0 2 2 5 "));
}

TEST(PredictorBatching, AnswersNoRowsOfARaggedOutputWithEmptySplits) {
  auto answer = LoadZoo("ragged").Answer({{"text", Texts(0, "[]")}});
  ExpectEqual(answer["pairs"], Floats({0, 2}, "[]"));
  EXPECT_THAT(SplitsOf(answer["letters"]), testing::ElementsAre("0 ", "0 "));
}

TEST(PredictorBatching, AnswersNoRowsWithEmptyTensors) {
  auto matrix = LoadZoo("matrix").Answer({{"features", Floats({0, 3}, "[]")}});
  ExpectEqual(matrix["total"], Floats({0}, "[]"));
  ExpectEqual(matrix["doubled"], Floats({0, 3}, "[]"));
  ExpectEqual(matrix["label"], MakeTensor(DType::kString, {0}, "[]"));
  auto fixed = LoadZoo("static_batch").Answer({{"x", Floats({0, 2}, "[]")}});
  ExpectEqual(fixed["y"], Floats({0, 2}, "[]"));
  auto scalar = LoadZoo("scalar").Answer(
      {{"a", Floats({0}, "[]")}, {"b", Floats({0}, "[]")}, {"v", Floats({0, 2}, "[]")}});
  ExpectEqual(scalar["y"], Floats({0}, "[]"));
  ExpectEqual(scalar["w"], Floats({0, 2}, "[]"));
  auto unknown = LoadZoo("unknown_inner").Answer({{"x", Floats({0, 5}, "[]")}});
  ExpectEqual(unknown["doubled"], Floats({0, 0}, "[]"));
}

TEST(PredictorBatching, RunsRowsWithoutElements) {
  auto y = LoadZoo("unknown_inner").Answer({{"x", Floats({2, 0}, "[]")}});
  ExpectEqual(y["doubled"], Floats({2, 0}, "[]"));
  ExpectEqual(y["total"], Floats({2}, "[0, 0]"));
}

TEST(PredictorBatching, RefusesAnOutputWithoutTheRows) {
  const Tensors x = {{"x", Floats({2}, "[1, -2]")}};
  const auto scalar = LoadZoo("no_batch_output", "", {"total"}).Run(x).status();
  EXPECT_TRUE(Is(scalar, ErrorKind::kSchemaMismatch));
  EXPECT_THAT(scalar.message(),
              HasSubstr("output 'total' has the shape []; its first dimension"
                        " must be the 2 rows fed"));
  const auto constant = LoadZoo("no_batch_output", "", {"three"}).Run(x).status();
  EXPECT_TRUE(Is(constant, ErrorKind::kSchemaMismatch));
  EXPECT_THAT(constant.message(), HasSubstr("[3]"));
  const auto dropped = LoadZoo("dropped_rows").Run(x).status();
  EXPECT_TRUE(Is(dropped, ErrorKind::kSchemaMismatch));
  EXPECT_THAT(dropped.message(), HasSubstr("output 'y' has the shape [1]"));
}

}  // namespace
}  // namespace howdah
