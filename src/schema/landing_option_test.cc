#include <arrow/builder.h>
#include <arrow/util/float16.h>

#include <cmath>
#include <limits>

#include "schema/landing.h"
#include "schema/test_data.h"

namespace howdah {
namespace {

constexpr int64_t kAny = kUnknownDim;
using As = OutputColumn::As;

/// Land output "y" as one column "c".
Result<std::shared_ptr<arrow::RecordBatch>> Land(const OutputColumn& column,
                                                 const std::optional<Shape>& shape,
                                                 const Tensor& tensor) {
  HOWDAH_ASSIGN_OR_RETURN(
      const Landing landing,
      Landing::Compile(arrow::Schema({}), {},
                       SignatureOf({}, {Spec("y", tensor.dtype, shape)}), {column}));
  HOWDAH_ASSIGN_OR_RETURN(auto batch,
                          landing.Convert(*Rows(tensor.shape.front()), {tensor}));
  HOWDAH_RETURN_IF_ERROR(batch->ValidateFull());
  EXPECT_TRUE(batch->schema()->Equals(landing.schema()));
  return batch;
}

Result<std::shared_ptr<arrow::RecordBatch>> Land(const OutputColumn& column,
                                                 const Tensor& tensor) {
  return Land(column, Shape{kAny, tensor.shape.back()}, tensor);
}

const OutputColumn kArgmax{"c", "y", As::kArgmax};

OutputColumn Top(int64_t k) { return {"c", "y", As::kTopK, k}; }

Tensor Bits(DType dtype, const Shape& shape, const std::vector<uint16_t>& bits) {
  return {.dtype = dtype, .shape = shape, .values = Buffered(ValueType(dtype), bits)};
}

TEST(LandingArgmax, IsTheFirstOfTheLargestValues) {
  struct Case {
    Tensor tensor;
    const char* indices;
  };
  const Case cases[] = {
      {TensorOf(DType::kFloat, {3, 3}, "[1, 3, 2,  5, 5, 4,  -3, -2, -1]"), "[1, 0, 2]"},
      {TensorOf(DType::kFloat, {2, 1}, "[7, -7]"), "[0, 0]"},
      {TensorOf(DType::kDouble, {1, 2}, "[-0.0, 0.0]"), "[0]"},
      {TensorOf(DType::kInt64, {1, 2}, "[9007199254740992, 9007199254740993]"), "[1]"},
      {TensorOf(DType::kUint64, {1, 2}, "[1, 18446744073709551615]"), "[1]"},
      {TensorOf(DType::kInt8, {2, 2}, "[-1, 1, 1, -1]"), "[1, 0]"},
      {TensorOf(DType::kUint8, {1, 2}, "[1, 255]"), "[1]"},
      // Compared as numbers, not as bits: -1 and -2.
      {Bits(DType::kBfloat16, {1, 3}, {0xC000, 0xBF80, 0xC000}), "[1]"},
      {Bits(DType::kHalf, {1, 3}, {0xC000, 0xBC00, 0xC000}), "[1]"},
      {TensorOf(DType::kFloat, {0, 3}, "[]"), "[]"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(Name(c.tensor.dtype) + " " + ShapeToString(c.tensor.shape));
    const auto batch = Land(kArgmax, c.tensor);
    ASSERT_TRUE(batch.ok()) << batch.status().message();
    ExpectArray(*(*batch)->column(0), *ArrayOf(arrow::int64(), c.indices));
  }
}

TEST(LandingArgmax, TakesTheFirstNan) {
  const auto batch =
      Land(kArgmax, TensorOf(DType::kFloat, {2, 4}, "[1, NaN, Inf, NaN, NaN, 1, 2, 3]"));
  ASSERT_TRUE(batch.ok()) << batch.status().message();
  ExpectArray(*(*batch)->column(0), *ArrayOf(arrow::int64(), "[1, 0]"));
  const auto half = Land(kArgmax, Bits(DType::kHalf, {1, 3}, {0x7C00, 0xFE00, 0x3C00}));
  ASSERT_TRUE(half.ok());
  ExpectArray(*(*half)->column(0), *ArrayOf(arrow::int64(), "[1]"));
}

TEST(LandingTopK, GivesValuesAndIndicesDescending) {
  struct Case {
    Tensor tensor;
    int64_t k;
    TypePtr type;
    const char *values, *indices;
  };
  const Case cases[] = {
      {TensorOf(DType::kFloat, {2, 4}, "[1, 4, 2, 3,  0, -1, -2, -3]"), 2,
       arrow::float32(), "[[4, 3], [0, -1]]", "[[1, 3], [0, 1]]"},
      // Of equal values that of the lower index.
      {TensorOf(DType::kInt32, {1, 5}, "[2, 7, 7, 2, 7]"), 4, arrow::int32(),
       "[[7, 7, 7, 2]]", "[[1, 2, 4, 0]]"},
      {TensorOf(DType::kFloat, {1, 4}, "[1, NaN, Inf, NaN]"), 3, arrow::float32(),
       "[[NaN, NaN, Inf]]", "[[1, 3, 2]]"},
      {TensorOf(DType::kUint32, {1, 2}, "[1, 4294967295]"), 1, arrow::int64(),
       "[[4294967295]]", "[[1]]"},
      {Bits(DType::kBfloat16, {1, 3}, {0xC000, 0xBF80, 0x3F80}), 2, arrow::float32(),
       "[[1, -1]]", "[[2, 1]]"},
      {Bits(DType::kHalf, {1, 2}, {0xBC00, 0x3C00}), 2, arrow::float32(), "[[1, -1]]",
       "[[1, 0]]"},
      {TensorOf(DType::kFloat, {0, 4}, "[]"), 2, arrow::float32(), "[]", "[]"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(Name(c.tensor.dtype) + " " + c.values);
    const auto batch = Land(Top(c.k), c.tensor);
    ASSERT_TRUE(batch.ok()) << batch.status().message();
    EXPECT_THAT((*batch)->schema()->field_names(),
                testing::ElementsAre("c_values", "c_indices"));
    EXPECT_EQ(Metadata(*(*batch)->schema()->field(0), "howdah.source"), "c_values");
    EXPECT_EQ(Metadata(*(*batch)->schema()->field(0), "tensor.shape"), "none");
    ExpectArray(*(*batch)->column(0), *ArrayOf(ListOf(c.type), c.values));
    ExpectArray(*(*batch)->column(1), *ArrayOf(ListOf(arrow::int64()), c.indices));
  }
}

TEST(LandingTopK, NamesTheRowOfAValueThatDoesNotFit) {
  const Tensor tensor =
      TensorOf(DType::kUint64, {2, 2}, "[1, 2, 3, 9223372036854775808]");
  ExpectError(Land(Top(1), tensor), ErrorKind::kInvalidInput,
              {"column 'c', row 1: output 'y'", "9223372036854775808"});
}

TEST(LandingTopK, ChecksKInTheBatchWhenTheSignatureDoesNotSay) {
  const Tensor pairs = TensorOf(DType::kFloat, {1, 2}, "[1, 2]");
  EXPECT_TRUE(Land(Top(2), Shape{kAny, kAny}, pairs).ok());
  EXPECT_TRUE(Land(Top(2), std::nullopt, pairs).ok());
  ExpectError(Land(Top(3), Shape{kAny, kAny}, pairs), ErrorKind::kSchemaMismatch,
              {"column 'c'", "at least 3 values in each row", "float32 [1, 2]"});
  ExpectError(Land(kArgmax, Shape{kAny, kAny}, TensorOf(DType::kFloat, {2, 0}, "[]")),
              ErrorKind::kSchemaMismatch, {"at least 1 values in each row"});
  ExpectError(Land(kArgmax, std::nullopt, TensorOf(DType::kFloat, {2}, "[1, 2]")),
              ErrorKind::kSchemaMismatch, {"float32 [2]"});
}

TEST(LandingExpand, MakesAColumnOfEachElement) {
  struct Case {
    DType dtype;
    const char* values;
    TypePtr type;
    const char *first, *second;
  };
  const Case cases[] = {
      {DType::kFloat, "[1, 2, 3, 4]", arrow::float32(), "[1, 3]", "[2, 4]"},
      {DType::kDouble, "[1, 2, 3, 4]", arrow::float64(), "[1, 3]", "[2, 4]"},
      {DType::kInt8, "[1, 2, 3, 4]", arrow::int8(), "[1, 3]", "[2, 4]"},
      {DType::kUint16, "[1, 2, 3, 4]", arrow::uint16(), "[1, 3]", "[2, 4]"},
      {DType::kUint32, "[1, 2, 3, 4294967295]", arrow::int64(), "[1, 3]",
       "[2, 4294967295]"},
      {DType::kBfloat16, "[16256, 49152, 0, 16256]", arrow::float32(), "[1, 0]",
       "[-2, 1]"},
      {DType::kHalf, "[1.5, 2.5, 3.5, 4.5]", arrow::float32(), "[1.5, 3.5]",
       "[2.5, 4.5]"},
      {DType::kBool, "[true, false, true, true]", arrow::boolean(), "[true, true]",
       "[false, true]"},
      {DType::kString, R"(["a", "", "bc", "d"])", arrow::utf8(), R"(["a", "bc"])",
       R"(["", "d"])"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(Name(c.dtype));
    const auto batch = Land({"c", "y", As::kExpand}, TensorOf(c.dtype, {2, 2}, c.values));
    ASSERT_TRUE(batch.ok()) << batch.status().message();
    EXPECT_THAT((*batch)->schema()->field_names(), testing::ElementsAre("c_1", "c_2"));
    ExpectArray(*(*batch)->column(0), *ArrayOf(c.type, c.first));
    ExpectArray(*(*batch)->column(1), *ArrayOf(c.type, c.second));
  }
}

TEST(LandingExpand, TransposesMoreThanABlock) {
  constexpr int64_t kRows = 150, kColumns = 7;
  std::vector<int32_t> values(kRows * kColumns);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int32_t>(i);
  const auto batch =
      Land({"c", "y", As::kExpand}, {.dtype = DType::kInt32,
                                     .shape = {kRows, kColumns},
                                     .values = Buffered(arrow::int32(), values)});
  ASSERT_TRUE(batch.ok()) << batch.status().message();
  for (int c = 0; c < kColumns; ++c) {
    const int32_t* column = (*batch)->column(c)->data()->GetValues<int32_t>(1);
    for (int64_t row = 0; row < kRows; ++row) EXPECT_EQ(column[row], row * kColumns + c);
  }
}

TEST(LandingOption, CompileNamesWhatCannotBe) {
  TensorSpec ragged = Spec("ragged", DType::kFloat, Shape{kAny, kAny});
  ragged.row_splits = {"splits:0"};
  const Signature signature =
      SignatureOf({}, {Spec("p", DType::kFloat, Shape{kAny, 3}),
                       Spec("s", DType::kFloat, Shape{kAny}),
                       Spec("image", DType::kFloat, Shape{kAny, 2, 2}),
                       Spec("text", DType::kString, Shape{kAny, 3}),
                       Spec("flags", DType::kBool, Shape{kAny, 3}),
                       Spec("free", DType::kFloat, Shape{kAny, kAny}),
                       Spec("unknown", DType::kFloat, std::nullopt),
                       Spec("wide", DType::kFloat, Shape{kAny, 1001}),
                       Spec("none", DType::kFloat, Shape{kAny, 0}), ragged});
  struct Case {
    OutputColumn column;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {{"c", "s", As::kArgmax}, {"'c' says as = \"argmax\"", "'s' is of float32 [?];"}},
      {{"c", "image", As::kTopK, 2}, {"topk:2", "float32 [?, 2, 2]", "one dimension"}},
      {{"c", "text", As::kArgmax}, {"'text' is of string", "expected numbers"}},
      {{"c", "flags", As::kTopK, 1}, {"'flags' is of bool", "expected numbers"}},
      {{"c", "p", As::kTopK, 4}, {"topk:4", "float32 [?, 3], thus has 3 values"}},
      {{"c", "p", As::kTopK, 0}, {"topk:1 or more"}},
      {{"c", "none", As::kArgmax}, {"no values in a row"}},
      {{"c", "none", As::kExpand}, {"no values in a row"}},
      {{"c", "free", As::kExpand}, {"\"expand\"", "must stand in the signature"}},
      {{"c", "unknown", As::kExpand}, {"must stand in the signature"}},
      {{"c", "s", As::kExpand}, {"float32 [?];"}},
      {{"c", "wide", As::kExpand}, {"more than 1000 columns"}},
      {{"c", "ragged", As::kArgmax}, {"'ragged' is ragged"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.parts.front());
    ExpectError(Landing::Compile(arrow::Schema({}), {}, signature, {c.column}),
                ErrorKind::kSchemaMismatch, c.parts);
  }
}

TEST(LandingOption, NamesThatAreMadeMayCollide) {
  const Signature signature = SignatureOf({}, {Spec("p", DType::kFloat, Shape{kAny, 3})});
  const auto source = arrow::schema({arrow::field("C_Values", arrow::int8())});
  ExpectError(
      Landing::Compile(*source, {"C_Values"}, signature, {{"c", "p", As::kTopK, 2}}),
      ErrorKind::kSchemaMismatch, {"kept column 'C_Values'", "output column 'c_values'"});
  ExpectError(Landing::Compile(*source, {}, signature,
                               {{"c", "p", As::kExpand}, {"c_2", "p", As::kArgmax}}),
              ErrorKind::kSchemaMismatch, {"output column 'c_2' is given twice"});
}

TEST(LandingOption, ManyColumnsMayComeFromOneOutput) {
  const Signature signature = SignatureOf({}, {Spec("p", DType::kFloat, Shape{kAny, 2})});
  const auto landing = Landing::Compile(arrow::Schema({}), {}, signature,
                                        {{"p", "p"},
                                         {"label", "p", As::kArgmax},
                                         {"best", "p", As::kTopK, 1},
                                         {"p", "p", As::kExpand}})
                           .ValueOrDie();
  EXPECT_THAT(landing.outputs(), testing::ElementsAre("p"));
  EXPECT_THAT(
      landing.schema()->field_names(),
      testing::ElementsAre("p", "label", "best_values", "best_indices", "p_1", "p_2"));
  const auto batch =
      landing.Convert(*Rows(2), {TensorOf(DType::kFloat, {2, 2}, "[1, 2, 4, 3]")});
  ASSERT_TRUE(batch.ok()) << batch.status().message();
  ExpectArray(*(*batch)->column(1), *ArrayOf(arrow::int64(), "[1, 0]"));
  ExpectArray(*(*batch)->column(5), *ArrayOf(arrow::float32(), "[2, 3]"));
}

}  // namespace
}  // namespace howdah
