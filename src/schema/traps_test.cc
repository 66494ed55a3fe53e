/// What users' data does to the tools that they use today: each case right, or refused
/// with a sentence. The rows of the list of traps that are decided by types alone.

#include <arrow/builder.h>

#include <bit>
#include <cmath>

#include "schema/feed.h"
#include "schema/landing.h"
#include "schema/test_data.h"

namespace howdah {
namespace {

constexpr int64_t kAny = kUnknownDim;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

/// Keep `keep` of `source` and land all outputs of `specs`.
Result<BatchPtr> Land(const BatchPtr& source, const std::vector<std::string>& keep,
                      const std::vector<TensorSpec>& specs,
                      const std::vector<Tensor>& tensors,
                      const DeclaredSchema* declared = nullptr) {
  HOWDAH_ASSIGN_OR_RETURN(
      const Landing landing,
      Landing::Compile(*source->schema(), keep, SignatureOf({}, specs), {}, declared));
  HOWDAH_ASSIGN_OR_RETURN(BatchPtr batch, landing.Convert(*source, tensors));
  HOWDAH_RETURN_IF_ERROR(batch->ValidateFull());
  return batch;
}

/// Land one output "y" of `tensor`, as `type` if a schema declares it.
Result<ArrayPtr> LandOutput(const Shape& shape, const Tensor& tensor,
                            const TypePtr& type = nullptr) {
  const DeclaredSchema declared{.name = "r", .fields = {{.name = "y", .type = type}}};
  HOWDAH_ASSIGN_OR_RETURN(
      const BatchPtr batch,
      Land(Rows(tensor.shape.front()), {}, {Spec("y", tensor.dtype, shape)}, {tensor},
           type == nullptr ? nullptr : &declared));
  return batch->column(0);
}

/// Keep one column "x".
Result<ArrayPtr> Keep(const ArrayPtr& array) {
  const ArrayPtr scores = Buffered(
      arrow::float32(), std::vector<float>(static_cast<size_t>(array->length())));
  HOWDAH_ASSIGN_OR_RETURN(
      const BatchPtr batch,
      Land(BatchOf({{"x", array}}), {"x"}, {Spec("y", DType::kFloat, Shape{kAny})},
           {{.dtype = DType::kFloat, .shape = {array->length()}, .values = scores}}));
  return batch->column(0);
}

void ExpectLanded(const Result<ArrayPtr>& column, const ArrayPtr& expected) {
  ASSERT_TRUE(column.ok()) << column.status().message();
  ExpectArray(**column, *expected);
}

TEST(Traps, Row1ANanScoreIsNoNull) {
  const auto column =
      LandOutput({kAny}, TensorOf(DType::kFloat, {3}, "[0.5, NaN, 0.25]"));
  ExpectLanded(column, ArrayOf(arrow::float32(), "[0.5, NaN, 0.25]"));
  EXPECT_EQ((*column)->null_count(), 0);
  EXPECT_TRUE(std::isnan((*column)->data()->GetValues<float>(1)[1]));
}

TEST(Traps, Row3MinusZeroKeepsItsSign) {
  const Tensor tensor = TensorOf(DType::kFloat, {1}, "[-0.0]");
  const auto same = LandOutput({kAny}, tensor).ValueOrDie();
  EXPECT_EQ(same->data()->GetValues<uint32_t>(1)[0], 0x80000000u);
  const auto wide = LandOutput({kAny}, tensor, arrow::float64()).ValueOrDie();
  EXPECT_EQ(wide->data()->GetValues<uint64_t>(1)[0], uint64_t{1} << 63);
}

TEST(Traps, Row6ATensorOfRankThreeLandsFlatWithItsShapeOrNested) {
  const Tensor tensor = TensorOf(DType::kFloat, {1, 2, 3}, "[1, 2, 3, 4, 5, 6]");
  const auto batch =
      Land(Rows(1), {}, {Spec("y", DType::kFloat, Shape{kAny, 2, 3})}, {tensor})
          .ValueOrDie();
  EXPECT_EQ(Metadata(*batch->schema()->field(0), "tensor.shape"), "2,3");
  ExpectLanded(batch->column(0),
               ArrayOf(ListOf(arrow::float32()), "[[1, 2, 3, 4, 5, 6]]"));
  const TypePtr nested = ListOf(ListOf(arrow::float32()));
  ExpectLanded(LandOutput({kAny, 2, 3}, tensor, nested),
               ArrayOf(nested, "[[[1, 2, 3], [4, 5, 6]]]"));
}

TEST(Traps, Row10Uint64AboveInt64IsRefusedInOutputsAndKeys) {
  const char* values = "[9223372036854775807, 9223372036854775808]";
  ExpectError(LandOutput({kAny}, TensorOf(DType::kUint64, {2}, values)),
              ErrorKind::kInvalidInput, {"row 1", "9223372036854775808"});
  ExpectError(Keep(ArrayOf(arrow::uint64(), values)), ErrorKind::kInvalidInput,
              {"'x', row 1", "9223372036854775808"});
}

TEST(Traps, Row11Uint32MaxIsALongAndNoInt) {
  const Tensor tensor = TensorOf(DType::kUint32, {1}, "[4294967295]");
  ExpectLanded(LandOutput({kAny}, tensor), ArrayOf(arrow::int64(), "[4294967295]"));
  ExpectLanded(Keep(ArrayOf(arrow::uint32(), "[4294967295, null]")),
               ArrayOf(arrow::int64(), "[4294967295, null]"));
  ExpectError(LandOutput({kAny}, tensor, arrow::int32()), ErrorKind::kInvalidInput,
              {"column 'y', row 0", "4294967295 is outside the range of int"});
}

TEST(Traps, Row12AnIntFieldRefuses2To31) {
  ExpectError(
      LandOutput({kAny}, TensorOf(DType::kInt64, {1}, "[2147483648]"), arrow::int32()),
      ErrorKind::kInvalidInput, {"row 0", "2147483648", "range of int"});
}

TEST(Traps, Row13AnIntegerColumnGiven1Point5IsRefused) {
  for (const TypePtr& type : {arrow::int32(), arrow::int64()}) {
    ExpectError(LandOutput({kAny}, TensorOf(DType::kDouble, {1}, "[1.5]"), type),
                ErrorKind::kSchemaMismatch, {"'y'", "digits behind the point"});
  }
  const auto batch = BatchOf({{"x", ArrayOf(arrow::float64(), "[1.5]")}});
  const auto feed =
      Feed::Compile(*batch->schema(),
                    SignatureOf({Spec("x", DType::kInt64, Shape{kAny})}), {}, true)
          .ValueOrDie();
  ExpectError(feed.Tensors(*batch), ErrorKind::kInvalidInput,
              {"row 0: 1.5 is not a whole number"});
}

TEST(Traps, Row14AFloatFieldGiven1e39DoesNotBecomeInfinite) {
  const DeclaredSchema declared{
      .name = "r", .fields = {{.name = "y", .type = arrow::float32(), .round = true}}};
  ExpectError(Land(Rows(1), {}, {Spec("y", DType::kDouble, Shape{kAny})},
                   {TensorOf(DType::kDouble, {1}, "[1e39]")}, &declared),
              ErrorKind::kInvalidInput, {"row 0", "1e+39 would become infinite"});
  const auto batch = BatchOf({{"x", ArrayOf(arrow::float64(), "[1e39]")}});
  const auto feed =
      Feed::Compile(*batch->schema(),
                    SignatureOf({Spec("x", DType::kFloat, Shape{kAny})}), {}, true)
          .ValueOrDie();
  ExpectError(feed.Tensors(*batch), ErrorKind::kInvalidInput,
              {"row 0: 1e+39 is beyond the range of tensor 'x' of float32"});
}

TEST(Traps, Row15DoubleForFloatAndIntForLongAndLongForInt) {
  ExpectError(
      LandOutput({kAny}, TensorOf(DType::kDouble, {1}, "[0.5]"), arrow::float32()),
      ErrorKind::kSchemaMismatch, {"double cannot land as float", "tensor.round"});
  ExpectLanded(LandOutput({kAny}, TensorOf(DType::kInt32, {1}, "[5]"), arrow::int64()),
               ArrayOf(arrow::int64(), "[5]"));
  ExpectError(
      LandOutput({kAny}, TensorOf(DType::kInt64, {1}, "[1099511627776]"), arrow::int32()),
      ErrorKind::kInvalidInput, {"1099511627776", "range of int"});
}

TEST(Traps, Row16ColumnsGoByNameWhateverTheirOrder) {
  const auto made_for = arrow::schema(
      {arrow::field("a", arrow::int32()), arrow::field("b", arrow::int32())});
  const Signature signature = SignatureOf(
      {Spec("a", DType::kInt32, Shape{kAny}), Spec("b", DType::kInt32, Shape{kAny})},
      {Spec("y", DType::kInt32, Shape{kAny})});
  const auto swapped = BatchOf(
      {{"b", ArrayOf(arrow::int32(), "[2]")}, {"a", ArrayOf(arrow::int32(), "[1]")}});
  const auto feed = Feed::Compile(*made_for, signature, {}).ValueOrDie();
  const auto tensors = feed.Tensors(*swapped).ValueOrDie();
  ExpectArray(*tensors[0].values, *ArrayOf(arrow::int32(), "[1]"));
  ExpectArray(*tensors[1].values, *ArrayOf(arrow::int32(), "[2]"));
  const auto landing =
      Landing::Compile(*made_for, {"a", "b"}, signature, {}).ValueOrDie();
  const auto landed =
      landing.Convert(*swapped, {TensorOf(DType::kInt32, {1}, "[3]")}).ValueOrDie();
  ExpectArray(*landed->column(0), *ArrayOf(arrow::int32(), "[1]"));
  ExpectArray(*landed->column(1), *ArrayOf(arrow::int32(), "[2]"));
}

TEST(Traps, Row17AMissingColumnOrNullIsNamed) {
  const auto source = arrow::schema({arrow::field("x", arrow::float32(), false)});
  const Signature signature = SignatureOf({Spec("x", DType::kFloat, Shape{kAny})},
                                          {Spec("y", DType::kFloat, Shape{kAny})});
  const auto feed = Feed::Compile(*source, signature, {}).ValueOrDie();
  ExpectError(feed.Tensors(*Rows(1)), ErrorKind::kSchemaMismatch, {"'x'", "missing"});
  const auto nulls = BatchOf({{"x", ArrayOf(arrow::float32(), "[1, null]")}});
  ExpectError(feed.Tensors(*nulls), ErrorKind::kInvalidInput, {"'x'", "row 1: a null"});
  const auto landing = Landing::Compile(*source, {"x"}, signature, {}).ValueOrDie();
  ExpectError(landing.Convert(*nulls, {TensorOf(DType::kFloat, {2}, "[1, 2]")}),
              ErrorKind::kInvalidInput, {"'x', row 1: a null"});
}

TEST(Traps, Row18AModelThatDropsARowIsRefused) {
  ExpectError(Land(Rows(100), {}, {Spec("y", DType::kBool, Shape{kAny})},
                   {TensorOf(DType::kBool, {1}, "[true]")}),
              ErrorKind::kSchemaMismatch, {"output 'y'", "100 rows", "bool [1]"});
}

TEST(Traps, Row19AnInt64KeyWithANullStaysExact) {
  const ArrayPtr keys = ArrayOf(arrow::int64(), "[9007199254740993, null]");
  ExpectLanded(Keep(keys), keys);
}

TEST(Traps, Row21BytesThatAreNotUtf8AreRefusedAsTextAndLandAsBytes) {
  arrow::BinaryBuilder builder;
  ASSERT_TRUE(builder.Append("\xFF\xFE").ok());
  const ArrayPtr bytes = builder.Finish().ValueOrDie();
  const Tensor tensor{.dtype = DType::kString, .shape = {1}, .values = bytes};
  ExpectError(LandOutput({kAny}, tensor), ErrorKind::kInvalidInput,
              {"row 0: output 'y' has text that is not UTF-8", "as = \"binary\""});
  ExpectLanded(LandOutput({kAny}, tensor, arrow::binary()), bytes);
  ExpectLanded(Keep(bytes), bytes);
  ExpectError(Keep(bytes->View(arrow::utf8()).ValueOrDie()), ErrorKind::kInvalidInput,
              {"'x', row 0", "not UTF-8"});
}

TEST(Traps, Row22AStringOutputOfRankTwoIsAListOfText) {
  const Tensor tensor = TensorOf(DType::kString, {2, 2}, R"(["a", "", "ä", "d"])");
  ExpectLanded(LandOutput({kAny, 2}, tensor),
               ArrayOf(ListOf(arrow::utf8()), R"([["a", ""], ["ä", "d"]])"));
  ExpectLanded(LandOutput({kAny, 2}, tensor, ListOf(arrow::binary())),
               ArrayOf(ListOf(arrow::binary()), R"([["a", ""], ["ä", "d"]])"));
}

TEST(Traps, Row23ABoolOutputIsBool) {
  ExpectLanded(LandOutput({kAny}, TensorOf(DType::kBool, {2}, "[true, false]")),
               ArrayOf(arrow::boolean(), "[true, false]"));
}

TEST(Traps, Row24Float16LandsAsFloat) {
  ExpectLanded(LandOutput({kAny}, TensorOf(DType::kHalf, {2}, "[1.5, 65504.0]")),
               ArrayOf(arrow::float32(), "[1.5, 65504]"));
  ExpectLanded(Keep(ArrayOf(arrow::float16(), "[1.5, null]")),
               ArrayOf(arrow::float32(), "[1.5, null]"));
}

TEST(Traps, Row25Bfloat16LandsAsFloat) {
  ExpectLanded(LandOutput({kAny}, TensorOf(DType::kBfloat16, {2}, "[16256, 32640]")),
               ArrayOf(arrow::float32(), "[1, Inf]"));
}

TEST(Traps, Row26AnEmptyBatchHasTheTypesOfItsSiblings) {
  const std::vector<TensorSpec> specs = {Spec("list", DType::kFloat, Shape{kAny, 3}),
                                         Spec("text", DType::kString, Shape{kAny})};
  const auto empty =
      Land(BatchOf({{"k", ArrayOf(arrow::utf8(), "[]")}}), {"k"}, specs,
           {TensorOf(DType::kFloat, {0, 3}, "[]"), TensorOf(DType::kString, {0}, "[]")})
          .ValueOrDie();
  const auto full =
      Land(BatchOf({{"k", ArrayOf(arrow::utf8(), R"(["a"])")}}), {"k"}, specs,
           {TensorOf(DType::kFloat, {1, 3}, "[1, 2, 3]"),
            TensorOf(DType::kString, {1}, R"(["b"])")})
          .ValueOrDie();
  EXPECT_TRUE(empty->schema()->Equals(full->schema(), /*check_metadata=*/true));
  EXPECT_EQ(empty->num_rows(), 0);
}

TEST(Traps, Row27NanosecondsAreMicrosecondsOrRefused) {
  for (const char* zone : {"", "UTC"}) {
    const auto nanos = arrow::timestamp(arrow::TimeUnit::NANO, zone);
    const auto micros = arrow::timestamp(arrow::TimeUnit::MICRO, zone);
    ExpectLanded(Keep(ArrayOf(nanos, "[1000, null, -2000]")),
                 ArrayOf(micros, "[1, null, -2]"));
    ExpectError(Keep(ArrayOf(nanos, "[1000, 1001]")), ErrorKind::kInvalidInput,
                {"'x', row 1: 1001 ns", "whole number of microseconds"});
  }
}

TEST(Traps, Row28MicrosecondsAndNaiveTimesKeepTheirTypes) {
  for (const auto& type : {arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
                           arrow::timestamp(arrow::TimeUnit::MICRO)}) {
    const ArrayPtr times = ArrayOf(type, "[1, null, -1]");
    ExpectLanded(Keep(times), times);
  }
}

TEST(Traps, Row33AColumnNamedLikeATensorGetsALegalName) {
  const auto landing =
      Landing::Compile(
          arrow::Schema({}), {},
          SignatureOf({}, {Spec("dense_1/out:0", DType::kFloat, Shape{kAny})}), {})
          .ValueOrDie();
  EXPECT_EQ(landing.schema()->field(0)->name(), "dense_1_out_0");
  EXPECT_EQ(Metadata(*landing.schema()->field(0), "howdah.source"), "dense_1/out:0");
}

TEST(Traps, Row34ColumnsThatDifferByCaseAloneAreRefused) {
  const auto source =
      arrow::schema({arrow::field("X", arrow::int8()), arrow::field("x", arrow::int8())});
  ExpectError(
      Landing::Compile(*source, {"X", "x"},
                       SignatureOf({}, {Spec("y", DType::kFloat, Shape{kAny})}), {}),
      ErrorKind::kSchemaMismatch, {"'X'", "'x'", "both be named 'x'"});
}

}  // namespace
}  // namespace howdah
