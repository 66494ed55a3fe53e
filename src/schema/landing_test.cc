#include "schema/landing.h"

#include <arrow/builder.h>
#include <arrow/extension/fixed_shape_tensor.h>
#include <arrow/util/key_value_metadata.h>

#include <bit>

#include "schema/test_data.h"

namespace howdah {
namespace {

constexpr int64_t kAny = kUnknownDim;
using As = OutputColumn::As;

/// Land one output "y" and return its column.
Result<ArrayPtr> LandOutput(const TensorSpec& spec, const Tensor& tensor, int64_t rows,
                            bool binary = false) {
  HOWDAH_ASSIGN_OR_RETURN(
      const Landing landing,
      Landing::Compile(arrow::Schema({}), {}, SignatureOf({}, {spec}),
                       {{"y", "y", binary ? As::kBinary : As::kTensor}}));
  HOWDAH_ASSIGN_OR_RETURN(const auto batch, landing.Convert(*Rows(rows), {tensor}));
  HOWDAH_RETURN_IF_ERROR(batch->ValidateFull());
  return batch->column(0);
}

TEST(Landing, ShapesTensorsAsColumns) {
  const TypePtr f = arrow::float32();
  struct Case {
    std::optional<Shape> spec;
    Shape shape;
    const char* values;
    TypePtr type;
    const char* column;
    const char* metadata;
  };
  const Case cases[] = {
      {Shape{kAny}, {2}, "[1, 2]", f, "[1, 2]", "none"},
      {Shape{kAny, 1}, {2, 1}, "[1, 2]", f, "[1, 2]", "none"},
      {Shape{kAny, 1}, {0, 1}, "[]", f, "[]", "none"},
      {Shape{kAny, 3},
       {2, 3},
       "[1, 2, 3, 4, 5, 6]",
       ListOf(f),
       "[[1, 2, 3], [4, 5, 6]]",
       "none"},
      {Shape{kAny, 3}, {1, 3}, "[1, 2, 3]", ListOf(f), "[[1, 2, 3]]", "none"},
      {Shape{kAny, 3}, {0, 3}, "[]", ListOf(f), "[]", "none"},
      {Shape{kAny, kAny}, {2, 1}, "[1, 2]", ListOf(f), "[[1], [2]]", "none"},
      {Shape{32, 2}, {1, 2}, "[1, 2]", ListOf(f), "[[1, 2]]", "none"},
      {Shape{kAny, 2, 3},
       {1, 2, 3},
       "[1, 2, 3, 4, 5, 6]",
       ListOf(f),
       "[[1, 2, 3, 4, 5, 6]]",
       "2,3"},
      {Shape{kAny, 2, 1, 2},
       {2, 2, 1, 2},
       "[1, 2, 3, 4, 5, 6, 7, 8]",
       ListOf(f),
       "[[1, 2, 3, 4], [5, 6, 7, 8]]",
       "2,1,2"},
      {Shape{kAny, 1, 1}, {2, 1, 1}, "[1, 2]", ListOf(f), "[[1], [2]]", "1,1"},
      {Shape{kAny, kAny, 2},
       {1, 2, 2},
       "[1, 2, 3, 4]",
       ListOf(f),
       "[[1, 2, 3, 4]]",
       "-1,2"},
      {Shape{kAny, kAny, kAny},
       {1, 2, 2},
       "[1, 2, 3, 4]",
       ListOf(ListOf(f)),
       "[[[1, 2], [3, 4]]]",
       "none"},
      {Shape{kAny, 0}, {2, 0}, "[]", ListOf(f), "[[], []]", "none"},
      {Shape{kAny, kAny}, {2, 0}, "[]", ListOf(f), "[[], []]", "none"},
      {std::nullopt, {2}, "[1, 2]", ListOf(f), "[[1], [2]]", "none"},
      {std::nullopt, {1, 4}, "[1, 2, 3, 4]", ListOf(f), "[[1, 2, 3, 4]]", "none"},
  };
  for (const Case& c : cases) {
    const TensorSpec spec = Spec("y", DType::kFloat, c.spec);
    SCOPED_TRACE(spec.ToString() + " " + ShapeToString(c.shape));
    const auto landing =
        Landing::Compile(arrow::Schema({}), {}, SignatureOf({}, {spec}), {}).ValueOrDie();
    const arrow::Field& field = *landing.schema()->field(0);
    EXPECT_TRUE(field.type()->Equals(c.type, true)) << field.ToString();
    EXPECT_FALSE(field.nullable());
    EXPECT_EQ(Metadata(field, "tensor.shape"), c.metadata);
    const auto column =
        LandOutput(spec, TensorOf(DType::kFloat, c.shape, c.values), c.shape.front());
    ASSERT_TRUE(column.ok()) << column.status().message();
    ExpectArray(**column, *ArrayOf(c.type, c.column));
  }
}

TEST(Landing, LandsEveryDtype) {
  struct Case {
    DType dtype;
    const char* values;
    TypePtr type;
    const char* column;  // nullptr: as `values`
  };
  const Case cases[] = {
      {DType::kBool, "[true, false]", arrow::boolean(), nullptr},
      {DType::kInt8, "[-1, 2]", arrow::int8(), nullptr},
      {DType::kUint8, "[255, 2]", arrow::uint8(), nullptr},
      {DType::kInt16, "[-1, 2]", arrow::int16(), nullptr},
      {DType::kUint16, "[65535, 2]", arrow::uint16(), nullptr},
      {DType::kInt32, "[-1, 2]", arrow::int32(), nullptr},
      {DType::kUint32, "[4294967295, 2]", arrow::int64(), nullptr},
      {DType::kInt64, "[-1, 9007199254740993]", arrow::int64(), nullptr},
      {DType::kUint64, "[9223372036854775807, 2]", arrow::int64(), nullptr},
      {DType::kHalf, "[1.5, -2.0]", arrow::float32(), nullptr},
      {DType::kBfloat16, "[16256, 49152]", arrow::float32(),
       "[1.0, -2.0]"},  // 0x3f80, 0xc000
      {DType::kFloat, "[0.1, -2]", arrow::float32(), nullptr},
      {DType::kDouble, "[0.1, -2]", arrow::float64(), nullptr},
      {DType::kString, R"(["ä", ""])", arrow::utf8(), nullptr},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(Name(c.dtype));
    const char* expected = c.column == nullptr ? c.values : c.column;
    const auto scalar =
        LandOutput(Spec("y", c.dtype, Shape{kAny}), TensorOf(c.dtype, {2}, c.values), 2);
    ASSERT_TRUE(scalar.ok()) << scalar.status().message();
    ExpectArray(**scalar, *ArrayOf(c.type, expected));

    const auto list = LandOutput(Spec("y", c.dtype, Shape{kAny, 2}),
                                 TensorOf(c.dtype, {1, 2}, c.values), 1);
    ASSERT_TRUE(list.ok()) << list.status().message();
    ExpectArray(**list, *ArrayOf(ListOf(c.type), "[" + std::string(expected) + "]"));
  }
}

TEST(Landing, ReadsTensorsFromTheirOffset) {
  for (const DType dtype :
       {DType::kInt32, DType::kUint32, DType::kUint64, DType::kUint8}) {
    const Tensor tensor{.dtype = dtype,
                        .shape = {2, 2},
                        .values = Sliced(ValueType(dtype), "[9]", "[1, 2, 3, 4]", "[9]")};
    const auto column = LandOutput(Spec("y", dtype, Shape{kAny, 2}), tensor, 2);
    ASSERT_TRUE(column.ok()) << column.status().message();
    const auto& list = static_cast<const arrow::ListArray&>(**column);
    ExpectArray(*list.values(), *ArrayOf(list.value_type(), "[1, 2, 3, 4]"));
  }
}

TEST(Landing, SharesTheTensorsMemoryBitForBit) {
  const std::vector<uint32_t> bits = {0x80000000, 0x7fc12345, 0x7f812345, 0x00000001};
  const Tensor tensor{
      .dtype = DType::kFloat,
      .shape = {2, 2},
      .values = arrow::MakeArray(arrow::ArrayData::Make(
          arrow::float32(), 4, {nullptr, arrow::Buffer::FromVector(bits)}, 0))};
  const auto column = LandOutput(Spec("y", DType::kFloat, Shape{kAny, 2}), tensor, 2);
  ASSERT_TRUE(column.ok());
  EXPECT_EQ((*column)->data()->child_data[0]->buffers[1],
            tensor.values->data()->buffers[1]);

  const Tensor text = TensorOf(DType::kString, {2}, R"(["a", "b"])");
  const auto strings = LandOutput(Spec("y", DType::kString, Shape{kAny}), text, 2);
  ASSERT_TRUE(strings.ok());
  EXPECT_EQ((*strings)->data()->buffers, text.values->data()->buffers);
}

TEST(Landing, KeepsNanPayloadsOfBfloat16) {
  const auto column = LandOutput(Spec("y", DType::kBfloat16, Shape{kAny}),
                                 TensorOf(DType::kBfloat16, {2}, "[32705, 32768]"), 2);
  ASSERT_TRUE(column.ok());  // 0x7fc1, 0x8000
  const float* values = (*column)->data()->GetValues<float>(1);
  EXPECT_EQ(std::bit_cast<uint32_t>(values[0]), 0x7fc10000u);
  EXPECT_EQ(std::bit_cast<uint32_t>(values[1]), 0x80000000u);
}

TEST(Landing, TakesStringsThatTheModelGivesAsText) {
  const Tensor tensor{.dtype = DType::kString,
                      .shape = {1},
                      .values = ArrayOf(arrow::utf8(), R"(["a"])")};
  const TensorSpec spec = Spec("y", DType::kString, Shape{kAny});
  ExpectArray(**LandOutput(spec, tensor, 1), *ArrayOf(arrow::utf8(), R"(["a"])"));
  ExpectArray(**LandOutput(spec, tensor, 1, true), *ArrayOf(arrow::binary(), R"(["a"])"));
}

TEST(Landing, NamesTheFirstRowThatIsNotUtf8) {
  arrow::BinaryBuilder builder;
  for (const char* text : {"a", "b", "ok", "c\xFF", "\xFF", "d"}) {
    ASSERT_TRUE(builder.Append(text).ok());
  }
  const ArrayPtr values = builder.Finish().ValueOrDie();
  const Tensor scalars{.dtype = DType::kString, .shape = {6}, .values = values};
  const Tensor pairs{.dtype = DType::kString, .shape = {3, 2}, .values = values};
  const TensorSpec scalar = Spec("y", DType::kString, Shape{kAny});
  ExpectError(LandOutput(scalar, scalars, 6), ErrorKind::kInvalidInput,
              {"column 'y', row 3:", "as = \"binary\""});
  ExpectError(LandOutput(Spec("y", DType::kString, Shape{kAny, 2}), pairs, 3),
              ErrorKind::kInvalidInput, {"column 'y', row 1:"});
  ExpectArray(**LandOutput(scalar, scalars, 6, /*binary=*/true), *values);
}

TEST(Landing, RefusesUint64AboveInt64) {
  const Tensor tensor =
      TensorOf(DType::kUint64, {2, 2}, "[1, 2, 3, 9223372036854775808]");
  ExpectError(LandOutput(Spec("y", DType::kUint64, Shape{kAny, 2}), tensor, 2),
              ErrorKind::kInvalidInput, {"'y', row 1", "9223372036854775808"});
}

TEST(Landing, RefusesTensorsThatTheSignatureDoesNotPromise) {
  const TensorSpec spec = Spec("y", DType::kFloat, Shape{kAny, 2});
  struct Case {
    Tensor tensor;
    const char* got;
  };
  const Case cases[] = {
      {TensorOf(DType::kFloat, {2, 3}, "[1, 2, 3, 4, 5, 6]"), "float32 [2, 3]"},
      {TensorOf(DType::kFloat, {1, 2}, "[1, 2]"), "float32 [1, 2]"},
      {TensorOf(DType::kFloat, {2, 2, 1}, "[1, 2, 3, 4]"), "float32 [2, 2, 1]"},
      {TensorOf(DType::kFloat, {}, "[1]"), "float32 []"},
      {TensorOf(DType::kDouble, {2, 2}, "[1, 2, 3, 4]"), "float64 [2, 2]"},
  };
  for (const Case& c : cases) {
    ExpectError(LandOutput(spec, c.tensor, 2), ErrorKind::kSchemaMismatch,
                {"output 'y'", "expected float32 [2, 2]", c.got});
  }
  ExpectError(LandOutput(spec, TensorOf(DType::kFloat, {2, 2}, "[1, 2, 3]"), 2),
              ErrorKind::kInternal, {"'y'", "3 values"});
  ExpectError(LandOutput(Spec("y", DType::kFloat, std::nullopt),
                         TensorOf(DType::kFloat, {3}, "[1, 2, 3]"), 2),
              ErrorKind::kSchemaMismatch, {"[unknown rank]", "float32 [3]"});
}

TEST(Landing, RefusesMoreElementsThanAListHolds) {
  // 2^31 bits are 256 MiB of zeros that nobody reads.
  const int64_t count = int64_t{1} << 31;
  const std::shared_ptr<arrow::Buffer> bits =
      arrow::AllocateBuffer(count / 8).ValueOrDie();
  const Tensor tensor{.dtype = DType::kBool,
                      .shape = {2, count / 2},
                      .values = std::make_shared<arrow::BooleanArray>(count, bits)};
  ExpectError(LandOutput(Spec("y", DType::kBool, Shape{kAny, kAny}), tensor, 2),
              ErrorKind::kInvalidInput, {"'y'", "2147483648 elements", "batch_rows"});
}

TEST(Landing, PutsKeptColumnsFirstUnderLegalNames) {
  const auto shape =
      arrow::key_value_metadata({"tensor.shape", "PARQUET:field_id"}, {"2,1", "3"});
  const auto source = arrow::schema({
      arrow::field("Customer ID", arrow::uint32(), /*nullable=*/false),
      arrow::field("other", arrow::int8()),
      arrow::field("map", ListOf(arrow::float32()), true, shape),
  });
  const auto batch = arrow::RecordBatch::Make(
      source, 2,
      std::vector<ArrayPtr>{ArrayOf(arrow::uint32(), "[1, 4294967295]"),
                            ArrayOf(arrow::int8(), "[3, 4]"),
                            ArrayOf(ListOf(arrow::float32()), "[[1, 2], null]")});
  const auto landing =
      Landing::Compile(*source, {"map", "Customer ID"},
                       SignatureOf({}, {Spec("Dense/out:0", DType::kFloat, Shape{kAny}),
                                        Spec("b", DType::kInt32, Shape{kAny, 1})}),
                       {{"First Score", "b"}, {"second", "Dense/out:0"}, {"again", "b"}});
  ASSERT_TRUE(landing.ok()) << landing.status().message();
  EXPECT_THAT(landing->kept_fields(), testing::ElementsAre(0, 1));
  EXPECT_THAT(landing->outputs(), testing::ElementsAre("b", "Dense/out:0"));
  EXPECT_THAT(
      landing->schema()->field_names(),
      testing::ElementsAre("map", "customer_id", "first_score", "second", "again"));
  const arrow::Schema& schema = *landing->schema();
  EXPECT_EQ(Metadata(*schema.field(0), "howdah.source"), "map");
  EXPECT_EQ(Metadata(*schema.field(0), "tensor.shape"), "2,1");
  EXPECT_EQ(Metadata(*schema.field(0), "PARQUET:field_id"), "3");
  EXPECT_EQ(schema.field(0)->metadata()->size(), 3);
  EXPECT_EQ(Metadata(*schema.field(1), "howdah.source"), "Customer ID");
  EXPECT_EQ(Metadata(*schema.field(2), "howdah.source"), "First Score");
  EXPECT_TRUE(schema.field(0)->nullable());
  EXPECT_FALSE(schema.field(1)->nullable());
  EXPECT_EQ(schema.metadata(), nullptr);

  const auto landed =
      landing->Convert(*batch, {TensorOf(DType::kInt32, {2, 1}, "[7, 8]"),
                                TensorOf(DType::kFloat, {2}, "[0.5, 1.5]")});
  ASSERT_TRUE(landed.ok()) << landed.status().message();
  EXPECT_TRUE((*landed)->ValidateFull().ok());
  EXPECT_EQ((*landed)->column(0), batch->column(2));
  ExpectArray(*(*landed)->column(1), *ArrayOf(arrow::int64(), "[1, 4294967295]"));
  ExpectArray(*(*landed)->column(2), *ArrayOf(arrow::int32(), "[7, 8]"));
  ExpectArray(*(*landed)->column(3), *ArrayOf(arrow::float32(), "[0.5, 1.5]"));
  ExpectArray(*(*landed)->column(4), *ArrayOf(arrow::int32(), "[7, 8]"));
}

TEST(Landing, NamesAllOutputsWhenNoneAreChosen) {
  const auto landing =
      Landing::Compile(arrow::Schema({}), {},
                       SignatureOf({}, {Spec("A", DType::kFloat, Shape{kAny}),
                                        Spec("b/c", DType::kString, Shape{kAny, 4})}),
                       {})
          .ValueOrDie();
  EXPECT_THAT(landing.outputs(), testing::ElementsAre("A", "b/c"));
  EXPECT_THAT(landing.schema()->field_names(), testing::ElementsAre("a", "b_c"));
  EXPECT_EQ(Metadata(*landing.schema()->field(1), "howdah.source"), "b/c");
}

TEST(Landing, WritesTheShapeOfAKeptFixedShapeTensor) {
  using arrow::extension::fixed_shape_tensor;
  const auto id = arrow::key_value_metadata({"PARQUET:field_id"}, {"3"});
  const auto source = arrow::schema({
      arrow::field("rows", fixed_shape_tensor(arrow::float32(), {2, 3}), true, id),
      arrow::field("columns", fixed_shape_tensor(arrow::float32(), {2, 3}, {1, 0})),
  });
  const auto landing =
      Landing::Compile(*source, {"rows", "columns"},
                       SignatureOf({}, {Spec("y", DType::kFloat, Shape{kAny})}), {})
          .ValueOrDie();
  const arrow::Schema& schema = *landing.schema();
  EXPECT_TRUE(
      schema.field(0)->type()->Equals(arrow::fixed_size_list(arrow::float32(), 6)));
  EXPECT_EQ(Metadata(*schema.field(0), "tensor.shape"), "2,3");
  EXPECT_EQ(Metadata(*schema.field(0), "PARQUET:field_id"), "3");
  EXPECT_NE(Metadata(*schema.field(1), "tensor.shape"), "2,3");
}

TEST(Landing, AddsTheRowsToShapesOfOneRow) {
  const Signature signature = SignatureOf(
      {Spec("x", DType::kFloat, Shape{})},
      {Spec("p", DType::kFloat, Shape{2}), Spec("s", DType::kFloat, Shape{})});
  const auto landing =
      Landing::Compile(arrow::Schema({}), {}, signature, {}).ValueOrDie();
  const auto landed =
      landing.Convert(*Rows(2), {TensorOf(DType::kFloat, {2, 2}, "[1, 2, 3, 4]"),
                                 TensorOf(DType::kFloat, {2}, "[5, 6]")});
  ASSERT_TRUE(landed.ok()) << landed.status().message();
  ExpectArray(*(*landed)->column(0),
              *ArrayOf(ListOf(arrow::float32()), "[[1, 2], [3, 4]]"));
  ExpectArray(*(*landed)->column(1), *ArrayOf(arrow::float32(), "[5, 6]"));
}

TEST(Landing, CompileNamesWhatDoesNotFit) {
  const auto source = arrow::schema({
      arrow::field("id", arrow::int64()),
      arrow::field("ID", arrow::int64()),
      arrow::field("score", arrow::int64()),
      arrow::field("twice", arrow::int64()),
      arrow::field("twice", arrow::int64()),
      arrow::field("nothing", arrow::null()),
  });
  TensorSpec sparse = Spec("sparse", DType::kFloat, Shape{kAny, 4});
  sparse.is_dense = false;
  const Signature signature =
      SignatureOf({}, {Spec("Score", DType::kFloat, Shape{kAny}),
                       Spec("loss", DType::kFloat, Shape{}), sparse,
                       Spec("variant", static_cast<DType>(21), Shape{kAny})});
  struct Case {
    std::vector<std::string> keep;
    std::vector<OutputColumn> columns;
    std::vector<std::string> parts;
  };
  const OutputColumn good{"y", "Score"};
  const Case cases[] = {
      {{"iid"}, {good}, {"'iid'", "did you mean 'id'?"}},
      {{"id", "ID"},
       {good},
       {"kept column 'id'", "kept column 'ID'", "both be named 'id'"}},
      {{"id", "id"}, {good}, {"kept column 'id' is given twice"}},
      {{"twice"}, {good}, {"2 columns 'twice'"}},
      {{"nothing"}, {good}, {"'nothing' cannot be kept", "null"}},
      {{"score"},
       {{"Score", "Score"}},
       {"kept column 'score'", "output column 'Score'", "[output.columns]"}},
      {{}, {good, {"Y", "Score"}}, {"output column 'y'", "output column 'Y'"}},
      {{}, {{"y", "Scor"}}, {"output 'Scor'", "did you mean 'Score'?"}},
      {{}, {{"y", "loss"}}, {"'loss' has no batch dimension", "[output.columns]"}},
      {{}, {{"y", "sparse"}}, {"'sparse' is sparse", "[output.columns]"}},
      {{}, {{"y", "variant"}}, {"'variant' is of variant", "[output.columns]"}},
      {{}, {{"y", "Score", As::kBinary}}, {"as = \"binary\"", "'Score' is of float32"}},
      {{"none"},
       {},
       {"4 things do not fit", "(1) there is no column 'none'", "(2) output 'loss'",
        "(3) output 'sparse'", "(4) output 'variant'"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.parts.front());
    ExpectError(Landing::Compile(*source, c.keep, signature, c.columns),
                ErrorKind::kSchemaMismatch, c.parts);
  }
  ExpectError(Landing::Compile(*source, {"id"}, SignatureOf({}, {}), {}),
              ErrorKind::kSchemaMismatch, {"no outputs"});
}

TEST(Landing, ConvertNamesKeptColumnAndRow) {
  const TensorSpec spec = Spec("y", DType::kFloat, Shape{kAny});
  const Tensor scores = TensorOf(DType::kFloat, {2}, "[1, 2]");
  const auto convert = [&](const arrow::Field& field, const ArrayPtr& array) -> Status {
    const auto source =
        arrow::schema({arrow::field(field.name(), field.type(), field.nullable())});
    HOWDAH_ASSIGN_OR_RETURN(
        const Landing landing,
        Landing::Compile(*source, {field.name()}, SignatureOf({}, {spec}), {}));
    return landing.Convert(*BatchOf({{"Key", array}}), {scores}).status();
  };
  using arrow::TimeUnit;
  const auto nanos = arrow::timestamp(TimeUnit::NANO, "UTC");
  struct Case {
    arrow::Field field;
    ArrayPtr array;
    ErrorKind kind;
    const char* text;
  };
  const Case cases[] = {
      {arrow::Field("Key", arrow::uint64()),
       ArrayOf(arrow::uint64(), "[1, 9223372036854775808]"), ErrorKind::kInvalidInput,
       "'Key', row 1: 9223372036854775808"},
      {arrow::Field("Key", nanos), ArrayOf(nanos, "[1, 1000]"), ErrorKind::kInvalidInput,
       "'Key', row 0: 1 ns"},
      {arrow::Field("Key", arrow::int8(), false), ArrayOf(arrow::int8(), "[1, null]"),
       ErrorKind::kInvalidInput, "'Key', row 1: a null"},
      {arrow::Field("Key", arrow::int8()), ArrayOf(arrow::int16(), "[1, 2]"),
       ErrorKind::kSchemaMismatch, "'Key' is of int16"},
      {arrow::Field("Other", arrow::int8()), ArrayOf(arrow::int16(), "[1, 2]"),
       ErrorKind::kSchemaMismatch, "'Other' of int8 is missing"},
  };
  for (const Case& c : cases) {
    ExpectError(convert(c.field, c.array), c.kind, {c.text});
  }
  EXPECT_TRUE(convert(arrow::Field("Key", arrow::int8(), false),
                      Sliced(arrow::int8(), "[null]", "[1, 2]", "[null]"))
                  .ok());
}

TEST(Landing, LandsABatchWithoutRows) {
  const auto batch =
      BatchOf({{"id", ArrayOf(arrow::dictionary(arrow::int8(), arrow::utf8()), "[]")}});
  const auto landing =
      Landing::Compile(*batch->schema(), {"id"},
                       SignatureOf({}, {Spec("y", DType::kString, Shape{kAny, 3})}), {})
          .ValueOrDie();
  const auto landed = landing.Convert(*batch, {TensorOf(DType::kString, {0, 3}, "[]")});
  ASSERT_TRUE(landed.ok()) << landed.status().message();
  EXPECT_TRUE((*landed)->ValidateFull().ok());
  EXPECT_EQ((*landed)->num_rows(), 0);
  EXPECT_TRUE((*landed)->column(0)->type()->Equals(arrow::utf8()));
}

TEST(Landing, RefusesAnotherNumberOfOutputs) {
  const auto landing =
      Landing::Compile(arrow::Schema({}), {},
                       SignatureOf({}, {Spec("y", DType::kFloat, Shape{kAny})}), {})
          .ValueOrDie();
  ExpectError(landing.Convert(*Rows(0), {}), ErrorKind::kInternal,
              {"0 outputs, expected 1"});
}

}  // namespace
}  // namespace howdah
