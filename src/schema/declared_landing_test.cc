#include <arrow/builder.h>

#include <cmath>

#include "schema/landing.h"
#include "schema/test_data.h"

namespace howdah {
namespace {

constexpr int64_t kAny = kUnknownDim;
using As = OutputColumn::As;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

DeclaredSchema Declare(std::vector<DeclaredField> fields) {
  return {.name = "r", .fields = std::move(fields)};
}

/// Land output "y" of `spec` as the one field "y" of `type`.
Result<ArrayPtr> LandOutput(const std::optional<Shape>& shape, const Tensor& tensor,
                            const TypePtr& type, bool round = false) {
  TensorSpec spec = Spec("y", tensor.dtype, shape);
  spec.row_splits.assign(tensor.row_splits.size(), "splits:0");
  const DeclaredSchema declared = Declare({{.name = "y", .type = type, .round = round}});
  HOWDAH_ASSIGN_OR_RETURN(
      const Landing landing,
      Landing::Compile(arrow::Schema({}), {}, SignatureOf({}, {spec}), {}, &declared));
  const int64_t rows = tensor.row_splits.empty() ? tensor.shape.front()
                                                 : tensor.row_splits[0]->length() - 1;
  HOWDAH_ASSIGN_OR_RETURN(const BatchPtr batch, landing.Convert(*Rows(rows), {tensor}));
  HOWDAH_RETURN_IF_ERROR(batch->ValidateFull());
  EXPECT_TRUE(batch->column(0)->type()->Equals(type, true));
  return batch->column(0);
}

TEST(DeclaredLanding, DecidesOrderNamesAndNullability) {
  const auto source = arrow::schema({arrow::field("Id", arrow::int32(), false),
                                     arrow::field("dt", arrow::utf8(), true)});
  const Signature signature =
      SignatureOf({}, {Spec("Dense/out:0", DType::kFloat, Shape{kAny, 2, 2}),
                       Spec("logits", DType::kDouble, Shape{kAny, 3}),
                       Spec("unused", DType::kInt32, Shape{kAny})});
  const DeclaredSchema declared = Declare({
      {.name = "score",
       .type = ListOf(arrow::float32()),
       .nullable = true,
       .tensor_source = "Dense/out:0",
       .doc = "of the last layer"},
      {.name = "id", .type = arrow::int64()},
      {.name = "label", .type = arrow::int32()},
      {.name = "dt", .type = arrow::utf8(), .nullable = true},
      {.name = "dense_out_0", .type = ListOf(ListOf(arrow::float32()))},
  });
  const auto landing = Landing::Compile(*source, {"dt", "Id"}, signature,
                                        {{"Label", "logits", As::kArgmax}}, &declared);
  ASSERT_TRUE(landing.ok()) << landing.status().message();
  const arrow::Schema& schema = *landing->schema();
  EXPECT_THAT(schema.field_names(),
              testing::ElementsAre("score", "id", "label", "dt", "dense_out_0"));
  EXPECT_THAT(landing->kept_fields(), testing::ElementsAre(3, 1));
  EXPECT_THAT(landing->outputs(), testing::ElementsAre("logits", "Dense/out:0"));
  EXPECT_TRUE(schema.field(0)->nullable());
  EXPECT_FALSE(schema.field(1)->nullable());
  EXPECT_EQ(Metadata(*schema.field(0), "howdah.source"), "Dense/out:0");
  EXPECT_EQ(Metadata(*schema.field(0), "doc"), "of the last layer");
  EXPECT_EQ(Metadata(*schema.field(0), "tensor.shape"), "2,2");
  EXPECT_EQ(Metadata(*schema.field(1), "howdah.source"), "Id");
  EXPECT_EQ(Metadata(*schema.field(1), "doc"), "none");
  EXPECT_EQ(Metadata(*schema.field(2), "howdah.source"), "Label");
  EXPECT_EQ(Metadata(*schema.field(4), "tensor.shape"), "none");

  const auto batch = arrow::RecordBatch::Make(
      source, 1, {ArrayOf(arrow::int32(), "[7]"), ArrayOf(arrow::utf8(), "[null]")});
  const auto landed =
      landing->Convert(*batch, {TensorOf(DType::kDouble, {1, 3}, "[1, 3, 2]"),
                                TensorOf(DType::kFloat, {1, 2, 2}, "[1, 2, 3, 4]")});
  ASSERT_TRUE(landed.ok()) << landed.status().message();
  EXPECT_TRUE((*landed)->ValidateFull().ok());
  ExpectArray(*(*landed)->column(0),
              *ArrayOf(ListOf(arrow::float32()), "[[1, 2, 3, 4]]"));
  ExpectArray(*(*landed)->column(1), *ArrayOf(arrow::int64(), "[7]"));
  ExpectArray(*(*landed)->column(2), *ArrayOf(arrow::int32(), "[1]"));
  ExpectArray(*(*landed)->column(3), *ArrayOf(arrow::utf8(), "[null]"));
  ExpectArray(*(*landed)->column(4),
              *ArrayOf(ListOf(ListOf(arrow::float32())), "[[[1, 2], [3, 4]]]"));
}

TEST(DeclaredLanding, FindsColumnsThatOptionsMake) {
  const Signature signature = SignatureOf({}, {Spec("p", DType::kFloat, Shape{kAny, 2})});
  const DeclaredSchema declared = Declare({
      {.name = "best_indices", .type = ListOf(arrow::int32()), .tensor_source = "p"},
      {.name = "p_2", .type = arrow::float64()},
      {.name = "p_1", .type = arrow::float32()},
      {.name = "best_values", .type = ListOf(arrow::float64())},
  });
  const auto landing =
      Landing::Compile(arrow::Schema({}), {}, signature,
                       {{"p", "p", As::kExpand}, {"best", "p", As::kTopK, 1}}, &declared);
  ASSERT_TRUE(landing.ok()) << landing.status().message();
  const auto landed =
      landing->Convert(*Rows(1), {TensorOf(DType::kFloat, {1, 2}, "[1, 2]")});
  ASSERT_TRUE(landed.ok()) << landed.status().message();
  ExpectArray(*(*landed)->column(0), *ArrayOf(ListOf(arrow::int32()), "[[1]]"));
  ExpectArray(*(*landed)->column(1), *ArrayOf(arrow::float64(), "[2]"));
  ExpectArray(*(*landed)->column(2), *ArrayOf(arrow::float32(), "[1]"));
  ExpectArray(*(*landed)->column(3), *ArrayOf(ListOf(arrow::float64()), "[[2]]"));
}

TEST(DeclaredLanding, CompileTellsAllDisagreementsAtOnce) {
  const auto source = arrow::schema(
      {arrow::field("id", arrow::int64()), arrow::field("day", arrow::date32())});
  const Signature signature = SignatureOf(
      {},
      {Spec("probs", DType::kDouble, Shape{kAny, 3}),
       Spec("Y", DType::kFloat, Shape{kAny}), Spec("y", DType::kFloat, Shape{kAny}),
       Spec("Z", DType::kFloat, Shape{kAny}), Spec("z:", DType::kFloat, Shape{kAny})});
  struct Case {
    std::vector<std::string> keep;
    std::vector<OutputColumn> columns;
    std::vector<DeclaredField> fields;
    std::vector<std::string> parts;
  };
  const DeclaredField good{.name = "y", .type = arrow::float32()};
  const Case cases[] = {
      {{},
       {},
       {good, {.name = "prob", .type = arrow::float64()}},
       {"nothing gives the declared column 'prob'", "did you mean 'probs'?"}},
      {{"id"}, {}, {good}, {"kept column 'id'", "the declared schema does not have"}},
      {{},
       {{"label", "probs", As::kArgmax}},
       {good},
       {"output column 'label'", "the declared schema does not have"}},
      {{},
       {},
       {good, {.name = "z", .type = arrow::float32(), .tensor_source = "q"}},
       {"'z' is from output 'q'"}},
      {{},
       {{"y", "Y"}},
       {{.name = "y", .type = arrow::float32(), .tensor_source = "Z"}},
       {"\"tensor.source\": \"Z\"", "makes it from output 'Y'"}},
      {{"id"},
       {},
       {good, {.name = "id", .type = arrow::int64(), .tensor_source = "Z"}},
       {"kept column 'id' has that name"}},
      {{},
       {},
       {{.name = "probs", .type = ListOf(arrow::float32())}},
       {"'probs'", "double cannot land as float", "tensor.round"}},
      {{},
       {},
       {{.name = "probs", .type = arrow::float64()}},
       {"'probs'", "cannot land as double"}},
      {{},
       {},
       {{.name = "probs", .type = ListOf(ListOf(arrow::float64()))}},
       {"'probs'", "cannot land as"}},
      {{},
       {},
       {{.name = "y", .type = arrow::int32()}},
       {"float cannot land as int32", "digits behind the point"}},
      {{"day"},
       {},
       {good, {.name = "day", .type = arrow::utf8()}},
       {"kept column 'day'", "cannot land as string"}},
      {{"id"},
       {},
       {{.name = "id", .type = arrow::int64()}},
       {"no column that an output"}},
      {{"id"},
       {},
       {{.name = "probs", .type = arrow::utf8()}, {.name = "w", .type = arrow::int8()}},
       {"3 things do not fit", "'probs'", "'w'", "kept column 'id'"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.parts.front());
    const DeclaredSchema declared = Declare(c.fields);
    ExpectError(Landing::Compile(*source, c.keep, signature, c.columns, &declared),
                ErrorKind::kSchemaMismatch, c.parts);
  }
  const Signature same = SignatureOf(
      {}, {Spec("A", DType::kFloat, Shape{kAny}), Spec("a ", DType::kFloat, Shape{kAny}),
           Spec("A_", DType::kFloat, Shape{kAny})});
  const DeclaredSchema declared = Declare({{.name = "a_", .type = arrow::float32()}});
  ExpectError(Landing::Compile(arrow::Schema({}), {}, same, {}, &declared),
              ErrorKind::kSchemaMismatch, {"'a ', 'A_'", "tensor.source"});
}

TEST(DeclaredLanding, CastsOutputsWithoutChangingThem) {
  using arrow::float32, arrow::float64, arrow::int32, arrow::int64;
  struct Case {
    DType dtype;
    const char* values;
    TypePtr type;
    const char* column;
  };
  const Case cases[] = {
      {DType::kFloat, "[1, -0.0]", float32(), "[1, -0.0]"},
      {DType::kInt8, "[1, -2]", int32(), "[1, -2]"},
      {DType::kUint8, "[1, 255]", int64(), "[1, 255]"},
      {DType::kUint16, "[1, 65535]", int32(), "[1, 65535]"},
      {DType::kUint32, "[1, 2147483647]", int32(), "[1, 2147483647]"},
      {DType::kUint64, "[1, 9223372036854775807]", int64(), "[1, 9223372036854775807]"},
      {DType::kInt64, "[-2147483648, 2147483647]", int32(), "[-2147483648, 2147483647]"},
      {DType::kFloat, "[0.5, Inf]", float64(), "[0.5, Inf]"},
      {DType::kHalf, "[0.5, 2.0]", float64(), "[0.5, 2]"},
      {DType::kBfloat16, "[16256, 49152]", float64(), "[1, -2]"},
      {DType::kInt64, "[9007199254740992, -9223372036854775808]", float64(),
       "[9007199254740992, -9223372036854775808]"},
      {DType::kInt32, "[16777216, 3]", float32(), "[16777216, 3]"},
      {DType::kString, R"(["a", "ä"])", arrow::binary(), R"(["a", "ä"])"},
      {DType::kString, R"(["ab", "cd"])", arrow::fixed_size_binary(2), R"(["ab", "cd"])"},
      {DType::kBool, "[true, false]", arrow::boolean(), "[true, false]"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(Name(c.dtype) + " " + c.type->ToString());
    const auto scalar = LandOutput(Shape{kAny}, TensorOf(c.dtype, {2}, c.values), c.type);
    ASSERT_TRUE(scalar.ok()) << scalar.status().message();
    ExpectArray(**scalar, *ArrayOf(c.type, c.column));
    const TypePtr list = arrow::list(arrow::field("element", c.type, /*nullable=*/true));
    const auto row =
        LandOutput(Shape{kAny, 2}, TensorOf(c.dtype, {1, 2}, c.values), list);
    ASSERT_TRUE(row.ok()) << row.status().message();
    ExpectArray(**row, *ArrayOf(list, "[" + std::string(c.column) + "]"));
  }
}

TEST(DeclaredLanding, NamesTheRowOfAValueThatDoesNotFit) {
  struct Case {
    DType dtype;
    const char* values;
    TypePtr type;
    bool round;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {DType::kInt64,
       "[1, 2, 3, 2147483648]",
       arrow::int32(),
       false,
       {"2147483648 is outside the range of int"}},
      {DType::kUint32,
       "[1, 2, 3, 4294967295]",
       arrow::int32(),
       false,
       {"4294967295 is outside the range of int"}},
      {DType::kUint64,
       "[1, 2, 3, 9223372036854775808]",
       arrow::int64(),
       false,
       {"9223372036854775808"}},
      {DType::kInt64,
       "[1, 2, 3, 9007199254740993]",
       arrow::float64(),
       false,
       {"9007199254740993 has more digits than a double"}},
      {DType::kInt32,
       "[1, 2, 3, 16777217]",
       arrow::float32(),
       false,
       {"16777217 has more digits than a float"}},
      {DType::kDouble,
       "[1, 2, 3, 1e39]",
       arrow::float32(),
       true,
       {"1e+39 would become infinite"}},
      {DType::kString,
       R"(["ab", "ab", "ab", "abc"])",
       arrow::fixed_size_binary(2),
       false,
       {"3 bytes", "fixed(2)"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.parts.front());
    auto parts = c.parts;
    parts.push_back("column 'y'");
    parts.push_back("row 3");
    ExpectError(
        LandOutput(Shape{kAny}, TensorOf(c.dtype, {4}, c.values), c.type, c.round),
        ErrorKind::kInvalidInput, parts);
    parts.back() = "row 1";
    ExpectError(LandOutput(Shape{kAny, 2}, TensorOf(c.dtype, {2, 2}, c.values),
                           ListOf(c.type), c.round),
                ErrorKind::kInvalidInput, parts);
    ExpectError(LandOutput(Shape{kAny, 1, 2}, TensorOf(c.dtype, {2, 1, 2}, c.values),
                           ListOf(ListOf(c.type)), c.round),
                ErrorKind::kInvalidInput, parts);
  }
}

TEST(DeclaredLanding, RoundsDoublesOnlyWhenAsked) {
  const Tensor tensor = TensorOf(DType::kDouble, {3}, "[0.1, NaN, -Inf]");
  ExpectError(LandOutput(Shape{kAny}, tensor, arrow::float32()),
              ErrorKind::kSchemaMismatch, {"tensor.round"});
  const auto rounded = LandOutput(Shape{kAny}, tensor, arrow::float32(), true);
  ASSERT_TRUE(rounded.ok()) << rounded.status().message();
  ExpectArray(**rounded, *ArrayOf(arrow::float32(), "[0.1, NaN, -Inf]"));
}

TEST(DeclaredLanding, LandsBytesThatAreNotUtf8AsBytesOnly) {
  arrow::BinaryBuilder builder;
  ASSERT_TRUE(builder.Append("a").ok());
  ASSERT_TRUE(builder.Append("\xFF").ok());
  const Tensor tensor{
      .dtype = DType::kString, .shape = {2}, .values = builder.Finish().ValueOrDie()};
  const auto bytes = LandOutput(Shape{kAny}, tensor, arrow::binary());
  ASSERT_TRUE(bytes.ok()) << bytes.status().message();
  ExpectArray(**bytes, *tensor.values);
  ExpectError(LandOutput(Shape{kAny}, tensor, arrow::utf8()), ErrorKind::kInvalidInput,
              {"row 1: output 'y' has text that is not UTF-8"});
}

TEST(DeclaredLanding, NestsTensorsAsDeclared) {
  const TypePtr f = arrow::float32();
  const Tensor matrix = TensorOf(DType::kFloat, {1, 2, 3}, "[1, 2, 3, 4, 5, 6]");
  struct Case {
    std::optional<Shape> spec;
    Tensor tensor;
    TypePtr type;
    const char* column;
  };
  const Tensor scalars = TensorOf(DType::kFloat, {2, 1}, "[1, 2]");
  Tensor ragged = TensorOf(DType::kFloat, {2, 2}, "[1, 2, 3, 4]");
  ragged.row_splits = {ArrayOf(arrow::int64(), "[0, 2, 2]")};
  const Case cases[] = {
      {Shape{kAny, 2, 3}, matrix, ListOf(ListOf(f)), "[[[1, 2, 3], [4, 5, 6]]]"},
      {Shape{kAny, kAny, kAny}, matrix, ListOf(ListOf(f)), "[[[1, 2, 3], [4, 5, 6]]]"},
      {std::nullopt, matrix, ListOf(ListOf(f)), "[[[1, 2, 3], [4, 5, 6]]]"},
      {Shape{kAny, 2, 3}, matrix, ListOf(f), "[[1, 2, 3, 4, 5, 6]]"},
      {Shape{kAny, 1}, scalars, ListOf(f), "[[1], [2]]"},
      {Shape{kAny, 1}, scalars, f, "[1, 2]"},
      {Shape{kAny, kAny}, scalars, f, "[1, 2]"},
      {std::nullopt, scalars, f, "[1, 2]"},
      {Shape{kAny, kAny, 2}, ragged, ListOf(f), "[[1, 2, 3, 4], []]"},
      {Shape{kAny, kAny, 2}, ragged, ListOf(ListOf(f)), "[[[1, 2], [3, 4]], []]"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.type->ToString() + " " + c.column);
    const auto column = LandOutput(c.spec, c.tensor, c.type);
    ASSERT_TRUE(column.ok()) << column.status().message();
    ExpectArray(**column, *ArrayOf(c.type, c.column));
  }
  ExpectError(LandOutput(std::nullopt, matrix, f), ErrorKind::kSchemaMismatch,
              {"column 'y' is declared with 0 levels of arrays", "[1, 2, 3]"});
  ExpectError(LandOutput(std::nullopt, scalars, ListOf(ListOf(f))),
              ErrorKind::kSchemaMismatch, {"2 levels of arrays", "[2, 1]"});
}

TEST(DeclaredLanding, LandsABatchWithoutRows) {
  const auto batch =
      LandOutput(Shape{kAny, 2, 2}, TensorOf(DType::kInt64, {0, 2, 2}, "[]"),
                 ListOf(ListOf(arrow::int32())));
  ASSERT_TRUE(batch.ok()) << batch.status().message();
  EXPECT_EQ((*batch)->length(), 0);
}

}  // namespace
}  // namespace howdah
