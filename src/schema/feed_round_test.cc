#include <arrow/util/float16.h>

#include <bit>
#include <cmath>
#include <limits>

#include "schema/feed.h"
#include "schema/test_data.h"

namespace howdah {
namespace {

constexpr int64_t kAny = kUnknownDim;

/// The tensor that a column of numbers that were text gives.
Result<Tensor> Read(const ArrayPtr& array, DType dtype) {
  const auto batch = BatchOf({{"x", array}});
  HOWDAH_ASSIGN_OR_RETURN(
      const Feed feed,
      Feed::Compile(*batch->schema(), SignatureOf({Spec("x", dtype, Shape{kAny})}), {},
                    /*round_numbers=*/true));
  HOWDAH_ASSIGN_OR_RETURN(std::vector<Tensor> tensors, feed.Tensors(*batch));
  return tensors.at(0);
}

template <typename T>
std::vector<T> Values(const Result<Tensor>& tensor) {
  EXPECT_TRUE(tensor.ok()) << tensor.status().message();
  const T* values = tensor->values->data()->GetValues<T>(1);
  return {values, values + tensor->values->length()};
}

TEST(FeedRound, RoundsDoublesToTheNearestFloat) {
  const double infinity = std::numeric_limits<double>::infinity();
  const ArrayPtr doubles = Buffered<double>(
      arrow::float64(),
      {0.1, -0.0, 16777217.0, 16777219.0, 1e-50, 3.4028235e38, infinity, -infinity});
  const auto floats = Values<float>(Read(doubles, DType::kFloat));
  // Ties go to even: 2^24+1 -> 2^24, 2^24+3 -> 2^24+4.
  EXPECT_THAT(floats, testing::ElementsAre(0.1f, 0.0f, 16777216.0f, 16777220.0f, 0.0f,
                                           std::numeric_limits<float>::max(),
                                           std::numeric_limits<float>::infinity(),
                                           -std::numeric_limits<float>::infinity()));
  EXPECT_TRUE(std::signbit(floats[1]));
  EXPECT_TRUE(std::isnan(Values<float>(
      Read(Buffered<double>(arrow::float64(), {std::nan("")}), DType::kFloat))[0]));
}

TEST(FeedRound, RoundsIntegersToTheNearestFloat) {
  const ArrayPtr longs =
      ArrayOf(arrow::int64(), "[16777217, 9007199254740993, -9223372036854775808]");
  EXPECT_THAT(Values<float>(Read(longs, DType::kFloat)),
              testing::ElementsAre(16777216.0f, 9007199254740992.0f, -0x1p63f));
  EXPECT_THAT(Values<double>(Read(longs, DType::kDouble)),
              testing::ElementsAre(16777217.0, 9007199254740992.0, -0x1p63));
  EXPECT_THAT(Values<float>(Read(ArrayOf(arrow::uint64(), "[18446744073709551615]"),
                                 DType::kFloat)),
              testing::ElementsAre(0x1p64f));
}

TEST(FeedRound, RoundsOnceToHalfAndBfloat16) {
  // 2049 is the tie between 2048 and 2050. A little more than it is no tie, although a
  // float does not hold the little.
  const double tie = 2049.0, above = 2049.0 + 1e-9;
  const auto half = [](double value) {
    return arrow::util::Float16::FromDouble(value).bits();
  };
  EXPECT_THAT(Values<uint16_t>(Read(Buffered<double>(arrow::float64(), {tie, above, 0.1}),
                                    DType::kHalf)),
              testing::ElementsAre(half(2048), half(2050), 0x2E66));
  EXPECT_THAT(
      Values<uint16_t>(Read(ArrayOf(arrow::int64(), "[2049, 2051]"), DType::kHalf)),
      testing::ElementsAre(half(2048), half(2052)));
  // bfloat16 has 8 digits: between 256 = 0x4380 and 258 = 0x4381.
  const auto bfloats = Values<uint16_t>(Read(
      Buffered<double>(arrow::float64(),
                       {257.0, 257.0 + 1e-9, 259.0, 259.0 - 1e-9, 1.0, -257.0 - 1e-9}),
      DType::kBfloat16));
  EXPECT_THAT(bfloats,
              testing::ElementsAre(0x4380, 0x4381, 0x4382, 0x4381, 0x3F80, 0xC381));
}

TEST(FeedRound, RefusesFiniteNumbersThatWouldBecomeInfinite) {
  struct Case {
    ArrayPtr array;
    DType dtype;
    const char* text;
  };
  const Case cases[] = {
      {Buffered<double>(arrow::float64(), {1, 1e39}), DType::kFloat, "row 1: 1e+39"},
      {Buffered<double>(arrow::float64(), {1, -1e39}), DType::kBfloat16, "row 1: -1e+39"},
      {Buffered<double>(arrow::float64(), {65520.0}), DType::kHalf, "row 0: 65520"},
      {ArrayOf(arrow::int64(), "[1, 65520]"), DType::kHalf, "row 1: 65520"},
  };
  for (const Case& c : cases) {
    ExpectError(Read(c.array, c.dtype), ErrorKind::kInvalidInput,
                {"column 'x'", c.text, "beyond the range of tensor 'x'", Name(c.dtype)});
  }
  EXPECT_TRUE(Read(Buffered<double>(arrow::float64(), {65519.0}), DType::kHalf).ok());
}

TEST(FeedRound, TakesWholeDoublesAsIntegers) {
  const ArrayPtr whole = Buffered<double>(arrow::float64(), {1, -0.0, 127});
  EXPECT_THAT(Values<int8_t>(Read(whole, DType::kInt8)), testing::ElementsAre(1, 0, 127));
  EXPECT_THAT(Values<uint64_t>(
                  Read(Buffered<double>(arrow::float64(), {0x1p63}), DType::kUint64)),
              testing::ElementsAre(uint64_t{1} << 63));
  struct Case {
    double value;
    DType dtype;
    const char* text;
  };
  const Case cases[] = {
      {1.5, DType::kInt64, "row 0: 1.5 is not a whole number"},
      {std::nan(""), DType::kInt64, "row 0: nan is not a whole number"},
      {128, DType::kInt8, "row 0: 128 is beyond the range of"},
      {-1, DType::kUint8, "row 0: -1 is beyond the range of"},
      {0x1p63, DType::kInt64, "is beyond the range of"},
  };
  for (const Case& c : cases) {
    ExpectError(Read(Buffered<double>(arrow::float64(), {c.value}), c.dtype),
                ErrorKind::kInvalidInput, {c.text, Name(c.dtype)});
  }
}

TEST(FeedRound, LeavesBoolTextAndWithoutItDoublesAsTheyWere) {
  EXPECT_TRUE(Read(ArrayOf(arrow::boolean(), "[true]"), DType::kInt8).ok());
  ExpectError(Read(ArrayOf(arrow::boolean(), "[true]"), DType::kFloat),
              ErrorKind::kSchemaMismatch, {"'x' is of bool"});
  ExpectError(Read(ArrayOf(arrow::utf8(), R"(["1"])"), DType::kFloat),
              ErrorKind::kSchemaMismatch, {"'x' is of string"});
  ExpectError(Feed::Compile(*arrow::schema({arrow::field("x", arrow::float64())}),
                            SignatureOf({Spec("x", DType::kFloat, Shape{kAny})}), {}),
              ErrorKind::kSchemaMismatch, {"digits could be lost"});
}

TEST(FeedRound, RoundsInsideListsThatArePadded) {
  const auto batch =
      BatchOf({{"x", ArrayOf(arrow::list(arrow::float64()), "[[0.1], [0.2, 0.3]]")}});
  const auto feed =
      Feed::Compile(*batch->schema(),
                    SignatureOf({Spec("x", DType::kFloat, Shape{kAny, kAny})}),
                    {{"x", {.columns = {"x"}, .pad = "0"}}}, /*round_numbers=*/true)
          .ValueOrDie();
  ExpectArray(*feed.Tensors(*batch).ValueOrDie().at(0).values,
              *ArrayOf(arrow::float32(), "[0.1, 0, 0.2, 0.3]"));
}

}  // namespace
}  // namespace howdah
