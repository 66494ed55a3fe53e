#include <arrow/builder.h>

#include "schema/landing.h"
#include "schema/test_data.h"

namespace howdah {
namespace {

constexpr int64_t kAny = kUnknownDim;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

DeclaredSchema Declare(std::vector<DeclaredField> fields) {
  return {.name = "r", .fields = std::move(fields)};
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

TEST(DeclaredKept, CastsKeptColumns) {
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

TEST(DeclaredKept, NamesTheRowOfAKeptValueThatDoesNotFit) {
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

TEST(DeclaredKept, RefusesANullWhereTheSchemaAllowsNone) {
  for (const TypePtr& type : {arrow::int64(), arrow::int32()}) {
    ExpectError(LandKept(ArrayOf(arrow::int64(), "[1, null]"), type, false),
                ErrorKind::kInvalidInput,
                {"column 'x', row 1: a null", "union with \"null\""});
    EXPECT_TRUE(LandKept(ArrayOf(arrow::int64(), "[1, 2]"), type, false).ok());
  }
}

TEST(DeclaredKept, RefusesCastsThatWouldChangeKeptValues) {
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

TEST(DeclaredKept, RefusesBytesThatAreNotUtf8AsText) {
  arrow::BinaryBuilder builder;
  ASSERT_TRUE(builder.Append("a").ok());
  ASSERT_TRUE(builder.Append("\xFF").ok());
  ExpectError(LandKept(builder.Finish().ValueOrDie(), arrow::utf8()),
              ErrorKind::kInvalidInput,
              {"column 'x', row 1", "not UTF-8", "declare the column as bytes"});
}

}  // namespace
}  // namespace howdah
