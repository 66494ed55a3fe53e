#include "schema/row_fault.h"

#include <arrow/builder.h>

#include "schema/feed.h"
#include "schema/landing.h"
#include "schema/test_data.h"

namespace howdah {
namespace {

constexpr int64_t kAny = kUnknownDim;

std::vector<std::pair<int64_t, std::string>> RowsAndCodes(
    const std::vector<RowFault>& faults) {
  std::vector<std::pair<int64_t, std::string>> pairs;
  for (const RowFault& fault : faults) pairs.emplace_back(fault.row, Name(fault.code));
  return pairs;
}

using Faults = std::vector<std::pair<int64_t, std::string>>;

TEST(RowsWithout, AreTheRunsBetweenFaults) {
  const auto runs = [](const std::vector<int64_t>& rows, int64_t count) {
    std::vector<RowFault> faults;
    for (const int64_t row : rows) faults.push_back({.row = row});
    std::vector<std::pair<int64_t, int64_t>> pairs;
    for (const RowRun& run : RowsWithout(faults, count)) {
      pairs.emplace_back(run.begin, run.rows);
    }
    return pairs;
  };
  using Runs = std::vector<std::pair<int64_t, int64_t>>;
  EXPECT_EQ(runs({}, 3), (Runs{{0, 3}}));
  EXPECT_EQ(runs({0, 1, 4}, 7), (Runs{{2, 2}, {5, 2}}));
  EXPECT_EQ(runs({6}, 7), (Runs{{0, 6}}));
  EXPECT_EQ(runs({0, 1}, 2), Runs{});
  EXPECT_EQ(runs({}, 0), Runs{});
}

/// What keeps column "x" from feeding a tensor "x" of `shape`.
std::optional<RowFault> FeedFault(const ArrayPtr& x, DType dtype, const Shape& shape) {
  const auto batch = BatchOf({{"x", x}});
  const Feed feed =
      Feed::Compile(*batch->schema(), SignatureOf({Spec("x", dtype, shape)}), {})
          .ValueOrDie();
  std::optional<RowFault> fault;
  EXPECT_FALSE(feed.Tensors(*batch, &fault).ok());
  return fault;
}

TEST(FeedFault, IsTheRowThatIsWrongByItself) {
  const auto null =
      FeedFault(ArrayOf(arrow::float32(), "[1, null]"), DType::kFloat, {kAny});
  ASSERT_TRUE(null);
  EXPECT_EQ(RowsAndCodes({*null}), (Faults{{1, "null"}}));
  EXPECT_EQ(null->column, "x");
  EXPECT_EQ(null->message, "a null, which a tensor cannot hold");
  const auto cast = FeedFault(ArrayOf(arrow::int64(), "[1, 300]"), DType::kUint8, {kAny});
  ASSERT_TRUE(cast);
  EXPECT_EQ(RowsAndCodes({*cast}), (Faults{{1, "cast"}}));
  const auto lists = ArrayOf(arrow::list(arrow::float32()), "[[1, 2], [3, 4], [5]]");
  const auto length = FeedFault(lists, DType::kFloat, {kAny, 2});
  ASSERT_TRUE(length);
  EXPECT_EQ(RowsAndCodes({*length}), (Faults{{2, "length"}}));
  EXPECT_FALSE(FeedFault(lists, DType::kFloat, {kAny, kAny}).has_value())
      << "which of the lists is the odd one is not known";
}

class Quarantine : public testing::Test {
 protected:
  /// Kept columns "id" (int64, declared as int, not null) and "name"; output "y" of
  /// strings, which are to be UTF-8, and "r" of ragged numbers.
  Result<Landed> Land(BadRows bad_rows, const ArrayPtr& ids, const ArrayPtr& names,
                      const ArrayPtr& texts) {
    const auto source = arrow::schema(
        {arrow::field("id", arrow::int64()), arrow::field("name", arrow::utf8())});
    TensorSpec ragged = Spec("r", DType::kFloat, Shape{kAny, kAny});
    ragged.row_splits = {"splits:0"};
    const Signature signature =
        SignatureOf({}, {ragged, Spec("y", DType::kString, Shape{kAny})});
    const DeclaredSchema declared{
        .name = "p",
        .fields = {{.name = "id", .type = arrow::int32()},
                   {.name = "name", .type = arrow::utf8(), .nullable = true},
                   {.name = "r", .type = ListOf(arrow::float32())},
                   {.name = "y", .type = arrow::utf8()}}};
    HOWDAH_ASSIGN_OR_RETURN(const Landing landing,
                            Landing::Compile(*source, {"id", "name"}, signature, {},
                                             &declared, RowChecks{.bad_rows = bad_rows}));
    const int64_t rows = ids->length();
    std::vector<int64_t> splits(static_cast<size_t>(rows) + 1);
    std::vector<float> values;
    for (int64_t i = 0; i < rows; ++i) {  // row i: i times the value i
      values.insert(values.end(), static_cast<size_t>(i), static_cast<float>(i));
      splits[static_cast<size_t>(i) + 1] = static_cast<int64_t>(values.size());
    }
    const Tensor r{.dtype = DType::kFloat,
                   .shape = {static_cast<int64_t>(values.size())},
                   .values = Buffered(arrow::float32(), values),
                   .row_splits = {Buffered(arrow::int64(), splits)}};
    const Tensor y{.dtype = DType::kString, .shape = {rows}, .values = texts};
    HOWDAH_ASSIGN_OR_RETURN(
        Landed landed,
        landing.Land(*arrow::RecordBatch::Make(source, rows, {ids, names}), {r, y}));
    HOWDAH_RETURN_IF_ERROR(landed.rows->ValidateFull());
    EXPECT_TRUE(landed.rows->schema()->Equals(*landing.schema(), true));
    return landed;
  }

  static ArrayPtr Texts(const std::vector<std::string>& values) {
    arrow::BinaryBuilder builder;
    EXPECT_TRUE(builder.AppendValues(values).ok());
    return builder.Finish().ValueOrDie();
  }
};

TEST_F(Quarantine, TakesOutEachRowThatCannotLandAndNoOther) {
  const auto landed = Land(BadRows::kQuarantine,
                           ArrayOf(arrow::int64(), "[0, 1, null, 3, 5000000000, 5]"),
                           ArrayOf(arrow::utf8(), R"(["a", null, "c", "d", "e", "f"])"),
                           Texts({"x", "\xff", "z", "u", "v", "w"}));
  ASSERT_TRUE(landed.ok()) << landed.status().message();
  EXPECT_EQ(RowsAndCodes(landed->faults),
            (Faults{{1, "utf8"}, {2, "null"}, {4, "cast"}}));
  EXPECT_EQ(landed->faults[0].column, "y");
  EXPECT_EQ(landed->faults[1].column, "id");
  EXPECT_THAT(landed->faults[2].message, testing::HasSubstr("5000000000"));
  ExpectArray(*landed->rows->column(0), *ArrayOf(arrow::int32(), "[0, 3, 5]"));
  ExpectArray(*landed->rows->column(1), *ArrayOf(arrow::utf8(), R"(["a", "d", "f"])"));
  ExpectArray(*landed->rows->column(2),
              *ArrayOf(ListOf(arrow::float32()), "[[], [3, 3, 3], [5, 5, 5, 5, 5]]"));
  ExpectArray(*landed->rows->column(3), *ArrayOf(arrow::utf8(), R"(["x", "u", "w"])"));
}

TEST_F(Quarantine, MayTakeAllRows) {
  const auto landed =
      Land(BadRows::kQuarantine, ArrayOf(arrow::int64(), "[null, 5000000000]"),
           ArrayOf(arrow::utf8(), R"(["a", "b"])"), Texts({"x", "\xff"}));
  ASSERT_TRUE(landed.ok()) << landed.status().message();
  EXPECT_EQ(RowsAndCodes(landed->faults), (Faults{{0, "null"}, {1, "utf8"}}));
  EXPECT_EQ(landed->rows->num_rows(), 0);
}

TEST_F(Quarantine, WithoutItTheFirstRowFailsTheBatch) {
  ExpectError(Land(BadRows::kFail, ArrayOf(arrow::int64(), "[0, null, null]"),
                   ArrayOf(arrow::utf8(), R"(["a", "b", "c"])"), Texts({"x", "y", "z"})),
              ErrorKind::kInvalidInput, {"column 'id', row 1", "a null"});
}

TEST_F(Quarantine, ChangesNothingOfRowsThatLand) {
  const ArrayPtr names = ArrayOf(arrow::utf8(), R"(["a", "b"])");
  const auto landed = Land(BadRows::kQuarantine, ArrayOf(arrow::int64(), "[0, 1]"), names,
                           Texts({"x", "y"}));
  ASSERT_TRUE(landed.ok()) << landed.status().message();
  EXPECT_TRUE(landed->faults.empty());
  EXPECT_EQ(landed->rows->column(1)->data()->buffers[2], names->data()->buffers[2]);
}

}  // namespace
}  // namespace howdah
