// What the models of the zoo answer; expected values by the arithmetic in make_models.py.
#include "model/predictor.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <limits>
#include <thread>

#include "model_zoo.h"

namespace howdah {
namespace {

TEST(Predictor, SaysWhichTensorFlowRuns) {
  EXPECT_THAT(LoadZoo("linear").predictor().runtime_version(), testing::StartsWith("2."));
}

TEST(Predictor, RunsOneInputAndOneOutput) {
  auto y = LoadZoo("linear").Answer({{"x", Floats({3}, "[0, 1, -2.5]")}});
  ExpectEqual(y["y"], Floats({3}, "[1, 3, -4]"));
}

TEST(Predictor, RunsSeveralOutputsOfSeveralTypesAndRanks) {
  auto y = LoadZoo("matrix").Answer({{"features", Floats({2, 3}, "[1, 2, 3, 9, 5, 4]")}});
  ExpectEqual(y["total"], Floats({2}, "[321, 459]"));
  ExpectEqual(y["doubled"], Floats({2, 3}, "[2, 4, 6, 18, 10, 8]"));
  ExpectEqual(y["largest"], MakeTensor(DType::kInt64, {2}, "[2, 0]"));
  ExpectEqual(y["label"], MakeTensor(DType::kString, {2}, R"(["class 2", "class 0"])"));
}

TEST(Predictor, FetchesOnlyTheWantedOutputsInTheWantedOrder) {
  const auto options = ZooOptions("matrix", "", {"total", "largest"});
  auto predictor = LoadPredictor(options).ValueOrDie();
  const auto outputs = predictor->Run({Floats({1, 3}, "[1, 2, 3]")}).ValueOrDie();
  ASSERT_EQ(outputs.size(), 2u);
  ExpectEqual(outputs[0], Floats({1}, "[321]"));
  ExpectEqual(outputs[1], MakeTensor(DType::kInt64, {1}, "[2]"));
}

TEST(Predictor, RunsSomeOfTheRows) {
  const auto options = ZooOptions("matrix", "", {"total"});
  auto predictor = LoadPredictor(options).ValueOrDie();
  const std::vector<Tensor> inputs = {Floats({3, 3}, "[1,2,3, 9,5,4, 0,0,1]")};
  ExpectEqual(predictor->RunRows(inputs, 1, 2).ValueOrDie()[0],
              Floats({2}, "[459, 100]"));
  ExpectEqual(predictor->RunRows(inputs, 0, 1).ValueOrDie()[0], Floats({1}, "[321]"));
}

TEST(Predictor, FeedsSeveralInputsByName) {
  auto y = LoadZoo("two_inputs")
               .Answer({{"b", MakeTensor(DType::kInt64, {2}, "[3, 4]")},
                        {"a", Floats({2}, "[0.5, 10]")}});
  ExpectEqual(y["sum"], Floats({2}, "[3.5, 14]"));
  ExpectEqual(y["product"], Floats({2}, "[1.5, 40]"));
}

TEST(Predictor, RunsHigherRanks) {
  auto y =
      LoadZoo("rank3").Answer({{"x", Floats({2, 2, 3}, "[0,0,0, 0,0,0, 1,2,3, 4,5,6]")}});
  ExpectEqual(y["y"], Floats({2, 2, 3}, "[0,1,2, 10,11,12, 1,3,5, 14,16,18]"));
  ExpectEqual(y["transposed"], Floats({2, 3, 2}, "[0,10, 1,11, 2,12, 1,14, 3,16, 5,18]"));
  auto column = LoadZoo("column").Answer({{"x", Floats({2, 1}, "[1, 2]")}});
  ExpectEqual(column["y"], Floats({2, 1}, "[3, 6]"));
}

TEST(Predictor, RunsShapesThatTheSignatureDoesNotKnow) {
  auto rank = LoadZoo("unknown_rank").Answer({{"x", Floats({1, 2, 2}, "[1, 2, 3, 4]")}});
  ExpectEqual(rank["y"], Floats({1, 2, 2}, "[2, 4, 6, 8]"));
  auto inner = LoadZoo("unknown_inner").Answer({{"x", Floats({2, 2}, "[1, 2, 3, 4]")}});
  ExpectEqual(inner["doubled"], Floats({2, 2}, "[2, 4, 6, 8]"));
  ExpectEqual(inner["total"], Floats({2}, "[3, 7]"));
}

TEST(Predictor, RunsAKerasExport) {
  const auto options = ZooOptions("keras_dense");
  ASSERT_EQ(options.signature.inputs.size(), 1u);
  ASSERT_EQ(options.signature.outputs.size(), 1u);
  auto predictor = LoadPredictor(options).ValueOrDie();
  const auto y = predictor->Run({Floats({2, 3}, "[1, 10, 100, 0, 0, 1]")}).ValueOrDie();
  ExpectEqual(y[0], Floats({2, 1}, "[321.5, 3.5]"));
}

TEST(Predictor, RunsTheInitOpAndFindsAssets) {
  auto y = LoadZoo("lookup").Answer(
      {{"word", MakeTensor(DType::kString, {3}, R"(["three", "one", "four"])")}});
  ExpectEqual(y["id"], MakeTensor(DType::kInt64, {3}, "[3, 1, -1]"));
}

TEST(Predictor, RunsTheSignatureThatIsAsked) {
  const Tensor x = Floats({2}, "[1, 2]");
  ExpectEqual(LoadZoo("multi_signature").Answer({{"x", x}})["y"], Floats({2}, "[1, 2]"));
  ExpectEqual(LoadZoo("multi_signature", "triple").Answer({{"x", x}})["y"],
              Floats({2}, "[3, 6]"));
  ExpectEqual(LoadZoo("only_signature").Answer({{"x", x}})["y"], Floats({2}, "[6, 7]"));
}

TEST(Predictor, LoadsTheMetaGraphOfTheTags) {
  auto options = ZooOptions("two_tags");
  options.tags = {"tpu", "serve"};
  ExpectEqual(NamedPredictor(options).Answer({{"x", Floats({1}, "[2]")}})["y"],
              Floats({1}, "[8]"));
}

TEST(Predictor, FetchesOneTensorUnderTwoNames) {
  auto y = LoadZoo("shared_output").Answer({{"x", Floats({2}, "[1, 2]")}});
  ExpectEqual(y["y"], Floats({2}, "[6, 12]"));
  ExpectEqual(y["again"], Floats({2}, "[6, 12]"));
}

TEST(Predictor, FeedsTheDefaultOfAnInputThatIsAbsent) {
  const auto model = LoadZoo("default_input");
  ExpectEqual(model.Answer({{"x", Floats({3}, "[1, 2, 4]")}})["y"],
              Floats({3}, "[2.5, 5, 10]"));
}

TEST(Predictor, PrefersWhatIsFedToTheDefault) {
  const auto model = LoadZoo("default_input");
  ExpectEqual(
      model.Answer({{"x", Floats({2}, "[1, 2]")}, {"scale", Floats({2}, "[3, 5]")}})["y"],
      Floats({2}, "[3, 10]"));
}

struct DTypeCase {
  DType dtype;
  const char* x;  // three values
  const char* y;  // their doubles; not x for bool
};

class PredictorDType : public testing::TestWithParam<DTypeCase> {};

TEST_P(PredictorDType, CrossesTheBorderBothWays) {
  const DTypeCase& c = GetParam();
  const auto model = LoadZoo("dtypes", Name(c.dtype));
  const Tensor x = MakeTensor(c.dtype, {3}, c.x), y = MakeTensor(c.dtype, {3}, c.y);
  auto answer = model.Answer({{"x", x}});
  ExpectEqual(answer["y"], y);
  EXPECT_EQ(answer["by_two"].shape, (std::vector<int64_t>{3, 2}));
  ASSERT_EQ(answer["by_two"].values->length(), 6);
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(answer["by_two"].values->RangeEquals(*x.values, 2 * i, 2 * i + 1, i));
    EXPECT_TRUE(answer["by_two"].values->RangeEquals(*y.values, 2 * i + 1, 2 * i + 2, i));
  }
}

TEST_P(PredictorDType, ReadsFromTheMiddleOfAnArray) {
  const DTypeCase& c = GetParam();
  const auto model = LoadZoo("dtypes", Name(c.dtype));
  Tensor x = MakeTensor(c.dtype, {1}, c.x), y = MakeTensor(c.dtype, {1}, c.y);
  x.values = x.values->Slice(1, 1);
  y.values = y.values->Slice(1, 1);
  ExpectEqual(model.Answer({{"x", x}})["y"], y);
}

INSTANTIATE_TEST_SUITE_P(
    All, PredictorDType,
    testing::Values(
        DTypeCase{DType::kFloat, "[0.25, -1e30, 7]", "[0.5, -2e30, 14]"},
        DTypeCase{DType::kDouble, "[0.25, -1e300, 7]", "[0.5, -2e300, 14]"},
        DTypeCase{DType::kInt32, "[1, -1073741824, 7]", "[2, -2147483648, 14]"},
        DTypeCase{DType::kUint8, "[1, 127, 0]", "[2, 254, 0]"},
        DTypeCase{DType::kInt16, "[1, -16384, 7]", "[2, -32768, 14]"},
        DTypeCase{DType::kInt8, "[1, -64, 7]", "[2, -128, 14]"},
        DTypeCase{DType::kString, R"(["a", "", "a string that is longer than 22 bytes"])",
                  R"(["aa", "",
                      "a string that is longer than 22 bytesa string that is longer than 22 bytes"])"},
        DTypeCase{DType::kInt64, "[1, -4611686018427387904, 7]",
                  "[2, -9223372036854775808, 14]"},
        DTypeCase{DType::kBool, "[true, false, true]", "[false, true, false]"},
        // Raw bits: 1.0, -2.0, 3.0 and their doubles.
        DTypeCase{DType::kBfloat16, "[16256, 49152, 16448]", "[16384, 49280, 16576]"},
        DTypeCase{DType::kUint16, "[1, 32767, 0]", "[2, 65534, 0]"},
        DTypeCase{DType::kHalf, "[0.5, -1.5, 1024]", "[1, -3, 2048]"},
        DTypeCase{DType::kUint32, "[1, 2147483647, 0]", "[2, 4294967294, 0]"},
        DTypeCase{DType::kUint64, "[1, 9223372036854775807, 0]",
                  "[2, 18446744073709551614, 0]"}),
    [](const auto& test) { return Name(test.param.dtype); });

TEST(Predictor, PassesFloatsThroughBitByBit) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float values[] = {nan, std::numeric_limits<float>::infinity(), -0.0f,
                          std::numeric_limits<float>::denorm_min()};
  arrow::FloatBuilder builder;
  ASSERT_TRUE(builder.AppendValues(values, 4).ok());
  const auto answer =
      LoadZoo("identity").Answer({{"x", {DType::kFloat, {2, 2}, *builder.Finish()}}});
  const auto& got = static_cast<const arrow::FloatArray&>(*answer.at("y").values);
  EXPECT_EQ(std::memcmp(got.raw_values(), values, sizeof values), 0);
}

TEST(Predictor, KeepsDenormalNumbers) {
  arrow::FloatBuilder builder;
  const float least = std::numeric_limits<float>::denorm_min();
  for (int i = 1; i <= 5000; ++i) {
    ASSERT_TRUE(builder.Append(2.0f * static_cast<float>(i) * least).ok());
  }
  const auto answer =
      LoadZoo("denormal").Answer({{"x", {DType::kFloat, {5000}, *builder.Finish()}}});
  const auto& got = static_cast<const arrow::FloatArray&>(*answer.at("y").values);
  for (int i = 1; i <= 5000; ++i) {
    ASSERT_EQ(got.Value(i - 1), static_cast<float>(i) * least);
  }
}

TEST(Predictor, TakesStringsOfAnyArrowKindAndKeepsTheirBytes) {
  const std::string bytes("\xff\0\n", 3);
  const std::string long_text(100'000, 'x');
  arrow::BinaryBuilder binary;
  arrow::LargeStringBuilder large;
  for (const auto& value : {bytes, long_text, std::string()}) {
    ASSERT_TRUE(binary.Append(value).ok());
    ASSERT_TRUE(large.Append(value).ok());
  }
  const auto model = LoadZoo("strings");
  for (const auto& values : {*binary.Finish(), *large.Finish()}) {
    auto answer = model.Answer({{"text", {DType::kString, {3}, values}}});
    const auto& framed = static_cast<const arrow::BinaryArray&>(*answer["framed"].values);
    EXPECT_EQ(framed.GetView(0), "<" + bytes + ">");
    EXPECT_EQ(framed.GetView(1), "<" + long_text + ">");
    EXPECT_EQ(framed.GetView(2), "<>");
    ExpectEqual(answer["bytes"], MakeTensor(DType::kInt64, {3}, "[3, 100000, 0]"));
  }
  auto pairs =
      LoadZoo("string_pairs")
          .Answer(
              {{"words", MakeTensor(DType::kString, {2, 2}, R"(["a", "b", "c", "d"])")}});
  ExpectEqual(pairs["swapped"],
              MakeTensor(DType::kString, {2, 2}, R"(["b", "a", "d", "c"])"));
}

TEST(Predictor, EndsStringsForOpsThatReadUpToANulByte) {
  auto y = LoadZoo("upper").Answer(
      {{"text", MakeTensor(DType::kString, {3},
                           R"(["ab", "", "a text longer than 22 bytes"])")}});
  ExpectEqual(y["upper"], MakeTensor(DType::kString, {3},
                                     R"(["AB", "", "A TEXT LONGER THAN 22 BYTES"])"));
}

TEST(Predictor, CopiesNothingWhereMemoryIsAligned) {
  const auto model = LoadZoo("identity");
  auto memory = std::shared_ptr<arrow::Buffer>(arrow::AllocateBuffer(4096).ValueOrDie());
  std::memset(memory->mutable_data(), 0, 4096);
  const auto array = [&](int64_t offset) {
    return std::make_shared<arrow::FloatArray>(2, arrow::SliceBuffer(memory, offset, 8));
  };
  ASSERT_EQ(reinterpret_cast<uintptr_t>(memory->data()) % 64, 0u);
  const Tensors answer = model.Answer({{"x", {DType::kFloat, {1, 2}, array(64)}}});
  EXPECT_EQ(model.copy_counts().zero_copy_inputs, 1);
  EXPECT_EQ(model.copy_counts().copied_inputs, 0);
  EXPECT_EQ(model.copy_counts().zero_copy_outputs, 1);
  // The identity of borrowed memory is that memory.
  EXPECT_EQ(answer.at("y").values->data()->buffers[1]->data(), memory->data() + 64);
  model.Answer({{"x", {DType::kFloat, {1, 2}, array(4)}}});
  EXPECT_EQ(model.copy_counts().zero_copy_inputs, 1);
  EXPECT_EQ(model.copy_counts().copied_inputs, 1);
}

TEST(Predictor, OutputsOutliveInputsAndPredictor) {
  Tensors answer;
  {
    const auto model = LoadZoo("identity");
    answer = model.Answer({{"x", Floats({2, 2}, "[1, 2, 3, 4]")}});
  }
  ExpectEqual(answer["y"], Floats({2, 2}, "[1, 2, 3, 4]"));
}

TEST(Predictor, LetsGoOfItsInputsWhenOutputsAreGone) {
  const auto model = LoadZoo("identity");
  Tensor x = Floats({1, 2}, "[1, 2]");
  const std::weak_ptr<arrow::Array> watched = x.values;
  Tensors answer = model.Answer({{"x", std::move(x)}});
  EXPECT_FALSE(watched.expired());
  answer.clear();
  EXPECT_TRUE(watched.expired());
}

TEST(Predictor, IsRunByManyThreadsAtOnce) {
  const auto model = LoadZoo("matrix");
  std::atomic<int> right{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const int value = t * 1000 + i;
        const auto answer =
            model.Run({{"features", Floats({1, 3}, fmt::format("[{}, 0, 0]", value))}});
        if (!answer.ok()) continue;
        const auto& total =
            static_cast<const arrow::FloatArray&>(*answer->at("total").values);
        right += total.Value(0) == static_cast<float>(value) ? 1 : 0;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 8 * 50);
}

}  // namespace
}  // namespace howdah
