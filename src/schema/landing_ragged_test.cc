#include <arrow/builder.h>

#include "schema/landing.h"
#include "schema/test_data.h"

namespace howdah {
namespace {

constexpr int64_t kAny = kUnknownDim;

TensorSpec Ragged(DType dtype, Shape shape, size_t levels) {
  TensorSpec spec = Spec("y", dtype, std::move(shape));
  spec.row_splits.assign(levels, "splits:0");
  return spec;
}

Tensor RaggedOf(DType dtype, Shape shape, std::string_view values,
                const std::vector<const char*>& splits) {
  Tensor tensor = TensorOf(dtype, std::move(shape), values);
  for (const char* level : splits) {
    tensor.row_splits.push_back(ArrayOf(arrow::int64(), level));
  }
  return tensor;
}

Result<ArrayPtr> Land(const TensorSpec& spec, const Tensor& tensor, int64_t rows) {
  HOWDAH_ASSIGN_OR_RETURN(
      const Landing landing,
      Landing::Compile(arrow::Schema({}), {}, SignatureOf({}, {spec}), {}));
  EXPECT_EQ(Metadata(*landing.schema()->field(0), "tensor.shape"), "none");
  HOWDAH_ASSIGN_OR_RETURN(const auto batch, landing.Convert(*Rows(rows), {tensor}));
  HOWDAH_RETURN_IF_ERROR(batch->ValidateFull());
  EXPECT_TRUE(batch->column(0)->type()->Equals(landing.schema()->field(0)->type(), true));
  return batch->column(0);
}

TEST(LandingRagged, LandsALevelOfSplitsAsALevelOfLists) {
  const TypePtr f = arrow::float32();
  struct Case {
    Shape spec;
    Shape shape;
    const char* values;
    std::vector<const char*> splits;
    TypePtr type;
    const char* column;
  };
  const Case cases[] = {
      {{kAny, kAny}, {3}, "[1, 2, 3]", {"[0, 1, 1, 3]"}, ListOf(f), "[[1], [], [2, 3]]"},
      {{kAny, kAny}, {0}, "[]", {"[0, 0]"}, ListOf(f), "[[]]"},
      {{kAny, kAny}, {0}, "[]", {"[0]"}, ListOf(f), "[]"},
      // Inner dimensions are flattened, row-major.
      {{kAny, kAny, 2},
       {3, 2},
       "[1, 2, 3, 4, 5, 6]",
       {"[0, 1, 3]"},
       ListOf(f),
       "[[1, 2], [3, 4, 5, 6]]"},
      {{kAny, kAny, kAny},
       {3},
       "[1, 2, 3]",
       {"[0, 2, 2, 3]", "[0, 1, 1, 3]"},
       ListOf(ListOf(f)),
       "[[[1], []], [], [[2, 3]]]"},
      {{kAny, kAny, kAny, 2},
       {2, 2},
       "[1, 2, 3, 4]",
       {"[0, 1, 2]", "[0, 1, 2]"},
       ListOf(ListOf(f)),
       "[[[1, 2]], [[3, 4]]]"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.column);
    const auto column = Land(Ragged(DType::kFloat, c.spec, c.splits.size()),
                             RaggedOf(DType::kFloat, c.shape, c.values, c.splits),
                             static_cast<int64_t>(ArrayOf(c.type, c.column)->length()));
    ASSERT_TRUE(column.ok()) << column.status().message();
    EXPECT_TRUE((*column)->type()->Equals(c.type, true));
    ExpectArray(**column, *ArrayOf(c.type, c.column));
  }
}

TEST(LandingRagged, RefusesSplitsThatContradictEachOther) {
  const TensorSpec spec = Ragged(DType::kFloat, {kAny, kAny}, 1);
  struct Case {
    std::vector<const char*> splits;
    const char* text;
  };
  const Case cases[] = {
      {{"[0, 1, 2]"}, "end at 2, but it gave 3 values"},
      {{"[0, 1, 4]"}, "end at 4, but it gave 3 values"},
      {{"[0, 4, 3]"}, "begin at 0 and rise"},
      {{"[1, 2, 3]"}, "begin at 0 and rise"},
      {{"[-1, 2, 3]"}, "begin at 0 and rise"},
      {{"[0, 3]"}, "expected row splits for 2 rows"},
      {{"[]"}, "expected row splits for 2 rows"},
      {{}, "expected 1 levels of row splits, but the model gave 0"},
      {{"[0, 1, 3]", "[0, 1, 2, 3]"}, "expected 1 levels of row splits"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    ExpectError(Land(spec, RaggedOf(DType::kFloat, {3}, "[1, 2, 3]", c.splits), 2),
                ErrorKind::kSchemaMismatch, {"output 'y'", c.text});
  }
  ExpectError(Land(Ragged(DType::kFloat, {kAny, kAny, kAny}, 2),
                   RaggedOf(DType::kFloat, {3}, "[1, 2, 3]", {"[0, 1, 3]", "[0, 3]"}), 2),
              ErrorKind::kSchemaMismatch, {"expected row splits for 3 lists", "level 2"});
  ExpectError(Land(Ragged(DType::kFloat, {kAny, kAny, 2}, 1),
                   RaggedOf(DType::kFloat, {1, 3}, "[1, 2, 3]", {"[0, 1]"}), 1),
              ErrorKind::kSchemaMismatch, {"expected float32 [1, 2]"});
}

TEST(LandingRagged, NamesTheRowOfABadElement) {
  const Tensor numbers =
      RaggedOf(DType::kUint64, {3}, "[1, 2, 9223372036854775808]", {"[0, 2, 2, 3]"});
  ExpectError(Land(Ragged(DType::kUint64, {kAny, kAny}, 1), numbers, 3),
              ErrorKind::kInvalidInput, {"'y', row 2", "9223372036854775808"});
  arrow::BinaryBuilder builder;
  for (const char* text : {"a", "b\xFF", "c"}) ASSERT_TRUE(builder.Append(text).ok());
  const Tensor text{.dtype = DType::kString,
                    .shape = {3},
                    .values = builder.Finish().ValueOrDie(),
                    .row_splits = {ArrayOf(arrow::int64(), "[0, 0, 1, 2]"),
                                   ArrayOf(arrow::int64(), "[0, 1, 3]")}};
  ExpectError(Land(Ragged(DType::kString, {kAny, kAny, kAny}, 2), text, 3),
              ErrorKind::kInvalidInput, {"row 2: output 'y' has text that is not UTF-8"});
}

TEST(LandingRagged, RefusesMoreElementsThanAListHolds) {
  const int64_t count = int64_t{1} << 31;
  const std::shared_ptr<arrow::Buffer> bits =
      arrow::AllocateBuffer(count / 8).ValueOrDie();
  const Tensor tensor{.dtype = DType::kBool,
                      .shape = {count},
                      .values = std::make_shared<arrow::BooleanArray>(count, bits),
                      .row_splits = {Buffered<int64_t>(arrow::int64(), {0, count})}};
  ExpectError(Land(Ragged(DType::kBool, {kAny, kAny}, 1), tensor, 1),
              ErrorKind::kInvalidInput, {"'y'", "2147483648 elements", "batch_rows"});
}

TEST(LandingRagged, RefusesShapesOfOneRow) {
  const Signature signature = SignatureOf({Spec("x", DType::kFloat, Shape{})},
                                          {Ragged(DType::kFloat, {kAny, kAny}, 1)});
  ExpectError(Landing::Compile(arrow::Schema({}), {}, signature, {}),
              ErrorKind::kSchemaMismatch, {"'y' is ragged"});
}

}  // namespace
}  // namespace howdah
