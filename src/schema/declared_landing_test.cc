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

/// Keep column "x" as the one kept field "x" of `type`.
Result<ArrayPtr> LandKept(const ArrayPtr& array, const TypePtr& type,
                          bool nullable = true) {
  const auto source = BatchOf({{"x", array}});
  const DeclaredSchema declared = Declare({
      {.name = "x", .type = type, .nullable = nullable},
      {.name = "y", .type = arrow::float32()},
  });
  HOWDAH_ASSIGN_OR_RETURN(
      const Landing landing,
      Landing::Compile(*source->schema(), {"x"},
                       SignatureOf({}, {Spec("y", DType::kFloat, Shape{kAny})}), {},
                       &declared));
  const ArrayPtr zeros = Buffered(
      arrow::float32(), std::vector<float>(static_cast<size_t>(array->length())));
  HOWDAH_ASSIGN_OR_RETURN(
      const BatchPtr batch,
      landing.Convert(
          *source,
          {{.dtype = DType::kFloat, .shape = {array->length()}, .values = zeros}}));
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
              {"not UTF-8 in row 1"});
  ExpectError(LandKept(tensor.values, arrow::utf8()), ErrorKind::kInvalidInput,
              {"column 'x', row 1", "not UTF-8", "declare the column as bytes"});
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

TEST(DeclaredLanding, CastsKeptColumns) {
  using arrow::TimeUnit;
  const TypePtr utc = arrow::timestamp(TimeUnit::MICRO, "UTC");
  const TypePtr naive = arrow::timestamp(TimeUnit::MICRO);
  const TypePtr pair = arrow::struct_(
      {arrow::field("a", arrow::int32(), false), arrow::field("b", arrow::utf8())});
  const TypePtr to_pair = arrow::struct_(
      {arrow::field("b", arrow::utf8()), arrow::field("a", arrow::int64(), false)});
  const auto map = [](const TypePtr& item) {
    return arrow::map(arrow::utf8(), arrow::field("value", item, true));
  };
  struct Case {
    TypePtr from;
    const char* json;
    TypePtr to;
    const char* column;
  };
  const Case cases[] = {
      {arrow::int64(), "[1, null, -5]", arrow::int32(), "[1, null, -5]"},
      {arrow::int32(), "[1, null]", arrow::int64(), "[1, null]"},
      {arrow::float32(), "[1.5, null]", arrow::float64(), "[1.5, null]"},
      {arrow::uint8(), "[1, null]", arrow::float32(), "[1, null]"},
      {arrow::dictionary(arrow::int8(), arrow::utf8()), R"(["a", null, "a"])",
       arrow::utf8(), R"(["a", null, "a"])"},
      {arrow::large_utf8(), R"(["a", null])", arrow::utf8(), R"(["a", null])"},
      {arrow::large_binary(), R"(["a", null])", arrow::utf8(), R"(["a", null])"},
      {arrow::utf8(), R"(["a", null])", arrow::binary(), R"(["a", null])"},
      {arrow::binary(), R"(["ab", null])", arrow::fixed_size_binary(2),
       R"(["ab", null])"},
      {arrow::fixed_size_binary(2), R"(["ab", null, "cd"])", arrow::binary(),
       R"(["ab", null, "cd"])"},
      {arrow::decimal128(5, 2), R"(["1.25", null])", arrow::decimal128(9, 2),
       R"(["1.25", null])"},
      {arrow::date64(), "[86400000, null]", arrow::date32(), "[1, null]"},
      {arrow::date32(), "[1, null]", arrow::date32(), "[1, null]"},
      {arrow::timestamp(TimeUnit::SECOND, "UTC"), "[1, null]", utc, "[1000000, null]"},
      {arrow::timestamp(TimeUnit::MILLI, "UTC"), "[1, null]", utc, "[1000, null]"},
      {arrow::timestamp(TimeUnit::NANO, "UTC"), "[1000, null]", utc, "[1, null]"},
      {arrow::timestamp(TimeUnit::MICRO, "Europe/Vienna"), "[1, null]", utc, "[1, null]"},
      {arrow::timestamp(TimeUnit::MILLI), "[-1, null]", naive, "[-1000, null]"},
      {arrow::time32(TimeUnit::SECOND), "[1, null]", arrow::time32(TimeUnit::MILLI),
       "[1000, null]"},
      {arrow::time32(TimeUnit::MILLI), "[1, null]", arrow::time64(TimeUnit::MICRO),
       "[1000, null]"},
      {arrow::time64(TimeUnit::NANO), "[1000000, null]", arrow::time32(TimeUnit::MILLI),
       "[1, null]"},
      {arrow::list(arrow::int64()), "[[1, null], null, []]",
       arrow::list(arrow::field("element", arrow::int32())), "[[1, null], null, []]"},
      {arrow::large_list(arrow::int8()), "[[1], null]", ListOf(arrow::int32()),
       "[[1], null]"},
      {arrow::fixed_size_list(arrow::float32(), 2), "[[1, 2], null, [3, 4]]",
       ListOf(arrow::float32()), "[[1, 2], null, [3, 4]]"},
      {pair, R"([{"a": 1, "b": null}, null])", to_pair, R"([{"a": 1, "b": null}, null])"},
      {map(arrow::int8()), R"([[["k", 1], ["l", null]], null, []])", map(arrow::int64()),
       R"([[["k", 1], ["l", null]], null, []])"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.from->ToString() + " to " + c.to->ToString());
    const auto whole = LandKept(ArrayOf(c.from, c.json), c.to);
    ASSERT_TRUE(whole.ok()) << whole.status().message();
    ExpectArray(**whole, *ArrayOf(c.to, c.column));
    if (c.from->id() == arrow::Type::DICTIONARY) continue;
    const auto sliced = LandKept(Sliced(c.from, c.json, c.json, c.json), c.to);
    ASSERT_TRUE(sliced.ok()) << sliced.status().message();
    ExpectArray(**sliced, *ArrayOf(c.to, c.column));
  }
}

TEST(DeclaredLanding, NamesTheRowOfAKeptValueThatDoesNotFit) {
  using arrow::TimeUnit;
  const TypePtr pair = arrow::struct_({arrow::field("a", arrow::int64())});
  const TypePtr to_pair = arrow::struct_({arrow::field("a", arrow::int32(), false)});
  struct Case {
    TypePtr from;
    const char* json;
    TypePtr to;
    const char* text;
  };
  const Case cases[] = {
      {arrow::int64(), "[1, null, 2147483648]", arrow::int32(),
       "row 2: 2147483648 is outside the range of int"},
      {arrow::timestamp(TimeUnit::NANO, "UTC"), "[1000, null, 1]",
       arrow::timestamp(TimeUnit::MICRO, "UTC"), "row 2: 1 ns is not a whole number"},
      {arrow::timestamp(TimeUnit::SECOND), "[1, null, 9223372036854775807]",
       arrow::timestamp(TimeUnit::MICRO), "row 2: 9223372036854775807 is out of range"},
      {arrow::date64(), "[0, null, 1]", arrow::date32(), "row 2: 1 is not whole"},
      {arrow::list(arrow::int64()), "[[1], null, [2, 2147483648]]",
       ListOf(arrow::int32()), "row 2: 2147483648"},
      {arrow::list(arrow::int64()), "[[1], null, [2, null]]", ListOf(arrow::int64()),
       "row 2: a null inside an array"},
      {pair, R"([{"a": 1}, null, {"a": 2147483648}])", to_pair, "row 2: 2147483648"},
      {pair, R"([{"a": 1}, null, {"a": null}])", to_pair, "row 2: a null in field 'a'"},
      {arrow::map(arrow::utf8(), arrow::int64()), R"([[["k", 1]], null, [["k", null]]])",
       arrow::map(arrow::utf8(), arrow::field("value", arrow::int64(), false)),
       "row 2: a null inside a map"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    ExpectError(LandKept(ArrayOf(c.from, c.json), c.to), ErrorKind::kInvalidInput,
                {"column 'x'", c.text});
  }
}

TEST(DeclaredLanding, RefusesANullWhereTheSchemaAllowsNone) {
  for (const TypePtr& type : {arrow::int64(), arrow::int32()}) {
    ExpectError(LandKept(ArrayOf(arrow::int64(), "[1, null]"), type, false),
                ErrorKind::kInvalidInput,
                {"column 'x', row 1: a null", "union with \"null\""});
    EXPECT_TRUE(LandKept(ArrayOf(arrow::int64(), "[1, 2]"), type, false).ok());
  }
}

TEST(DeclaredLanding, RefusesCastsThatWouldChangeKeptValues) {
  using arrow::TimeUnit;
  const TypePtr two = arrow::struct_(
      {arrow::field("a", arrow::int32()), arrow::field("b", arrow::int32())});
  const TypePtr one = arrow::struct_({arrow::field("a", arrow::int32())});
  struct Case {
    TypePtr from, to;
    const char* text;
  };
  const Case cases[] = {
      {arrow::timestamp(TimeUnit::MICRO), arrow::timestamp(TimeUnit::MICRO, "UTC"),
       "local time"},
      {arrow::timestamp(TimeUnit::MICRO, "UTC"), arrow::timestamp(TimeUnit::MICRO),
       "local time"},
      {arrow::timestamp(TimeUnit::MICRO, "UTC"), arrow::int64(), "cannot land as int64"},
      {arrow::float64(), arrow::float32(), "tensor.round"},
      {arrow::float64(), arrow::int64(), "digits behind the point"},
      {arrow::boolean(), arrow::int32(), "bool cannot land as int32"},
      {arrow::int32(), arrow::utf8(), "int32 cannot land as string"},
      {arrow::decimal128(9, 2), arrow::decimal128(9, 3), "cannot land as"},
      {arrow::decimal128(9, 2), arrow::decimal128(8, 2), "cannot land as"},
      {two, one, "field 'b' would be lost"},
      {one, two, "it has no field 'b'"},
      {arrow::list(arrow::int32()), arrow::int32(), "cannot land as int32"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    ExpectError(LandKept(ArrayOf(c.from, "[]"), c.to), ErrorKind::kSchemaMismatch,
                {"kept column 'x'", c.text});
  }
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
