#include "schema/field_checks.h"

#include <cmath>
#include <limits>

#include "schema/test_data.h"

namespace howdah {
namespace {

constexpr int64_t kAny = kUnknownDim;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

using Faults = std::vector<std::pair<int64_t, std::string>>;

RowChecks Quarantining() {
  RowChecks job;
  job.bad_rows = BadRows::kQuarantine;
  return job;
}

RowChecks Json() {
  RowChecks job = Quarantining();
  job.format = "json";
  job.abilities = {.holds_nan = false, .holds_nan_text = true, .null_elements = true};
  return job;
}

struct Found {
  Faults faults;
  int64_t nan = 0, inf = 0;
};

Result<Found> Find(const ArrayPtr& array, const ValueChecks& given,
                   const RowChecks& job = Quarantining()) {
  HOWDAH_ASSIGN_OR_RETURN(const FieldChecks checks,
                          SettleChecks("c", *array->type(), given, job));
  std::vector<RowFault> faults;
  NonFinite counts;
  HOWDAH_RETURN_IF_ERROR(FindFaults(checks, *array, &faults, &counts));
  Found found{.nan = counts.nan, .inf = counts.inf};
  for (const RowFault& fault : faults) {
    found.faults.emplace_back(fault.row, Name(fault.code));
  }
  return found;
}

Faults FaultsIn(const ArrayPtr& array, const ValueChecks& given,
                const RowChecks& job = Quarantining()) {
  const Result<Found> found = Find(array, given, job);
  EXPECT_TRUE(found.ok()) << found.status().message();
  return found.ok() ? found->faults : Faults{};
}

/// 200 values, which is several blocks and a rest: i at i, but for those in `others`.
template <typename T>
ArrayPtr Numbers(const TypePtr& type, const std::map<size_t, T>& others) {
  std::vector<T> values(200);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i);
  for (const auto& [at, value] : others) values[at] = value;
  return Buffered(type, values);
}

TEST(FindFaults, CountsWhatIsNotFinite) {
  const auto found =
      Find(Numbers<float>(arrow::float32(), {{3, NAN}, {64, -INFINITY}, {199, NAN}}), {});
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->faults, Faults{});
  EXPECT_EQ(found->nan, 2);
  EXPECT_EQ(found->inf, 1);
}

TEST(FindFaults, FollowsThePolicyForNan) {
  const auto array = Numbers<double>(arrow::float64(), {{70, kNan}, {130, -kInf}});
  EXPECT_EQ(FaultsIn(array, {.nan = NanPolicy::kQuarantine}),
            (Faults{{70, "nan"}, {130, "nan"}}));
  EXPECT_EQ(FaultsIn(array, {.nan = NanPolicy::kNull}), Faults{});
  EXPECT_EQ(FaultsIn(array, {.nan = NanPolicy::kString}, Json()), Faults{});
  ExpectError(Find(array, {.nan = NanPolicy::kForbid}), ErrorKind::kInvalidInput,
              {"column 'c', row 70: NaN, which checks.nan = \"forbid\" refuses"});
  ExpectError(Find(array, {}, Json()), ErrorKind::kInvalidInput,
              {"column 'c', row 70: NaN, which json cannot hold"});
}

TEST(FindFaults, TakesThePolicyOfTheJobUnlessTheColumnHasOne) {
  RowChecks job = Quarantining();
  job.nan = NanPolicy::kQuarantine;
  const auto array = Numbers<double>(arrow::float64(), {{70, kNan}});
  EXPECT_EQ(FaultsIn(array, {}, job), (Faults{{70, "nan"}}));
  EXPECT_EQ(FaultsIn(array, {.nan = NanPolicy::kAllow}, job), Faults{});
}

TEST(FindFaults, BoundsAreInclusive) {
  const auto f = Numbers<float>(arrow::float32(), {{5, -1.0F}, {100, 200.0F}});
  EXPECT_EQ(FaultsIn(f, {.min = 0, .max = 199}), (Faults{{5, "range"}, {100, "range"}}));
  EXPECT_EQ(FaultsIn(f, {.min = -1, .max = 200}), Faults{});
  const auto i = Numbers<int64_t>(arrow::int64(), {{5, -1}, {100, INT64_MAX}});
  EXPECT_EQ(FaultsIn(i, {.min = -0.5}), (Faults{{5, "range"}}));
  EXPECT_EQ(FaultsIn(i, {.max = 199.9}), (Faults{{100, "range"}}));
  const auto tiny = Numbers<int8_t>(arrow::int8(), {});
  EXPECT_EQ(FaultsIn(tiny, {.min = -1000, .max = 1000}), Faults{});
}

TEST(FindFaults, RoundsBoundsToTheColumnsType) {
  const auto tenth = Buffered<float>(arrow::float32(), {0.1F});  // above 0.1 as a double
  EXPECT_EQ(FaultsIn(tenth, {.max = 0.1}), Faults{});
}

TEST(FindFaults, ANanIsNeitherBelowNorAboveButInfinityIs) {
  const auto array = Buffered<double>(arrow::float64(), {kNan, kInf, -kInf, 0.5});
  EXPECT_EQ(FaultsIn(array, {.min = 0, .max = 1}), (Faults{{1, "range"}, {2, "range"}}));
}

TEST(FindFaults, PassesNullsAndWhatTheyHide) {
  const auto hidden = Numbers<double>(arrow::float64(), {{7, kNan}, {8, 1e9}});
  auto data = hidden->data()->Copy();
  data->buffers[0] = arrow::AllocateBuffer(25).ValueOrDie();
  std::memset(data->buffers[0]->mutable_data(), 0xFF, 25);
  data->buffers[0]->mutable_data()[0] = 0x7F;  // 7 is null
  data->buffers[0]->mutable_data()[1] = 0xFE;  // so is 8
  data->null_count = 2;
  const auto found =
      Find(arrow::MakeArray(data), {.nan = NanPolicy::kQuarantine, .max = 1000});
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->faults, Faults{});
  EXPECT_EQ(found->nan, 0);
}

TEST(FindFaults, NamesTheRowOfAnElement) {
  const TypePtr type = arrow::list(arrow::float64());
  const auto lists =
      Sliced(type, "[[9, 9]]", "[[0], [], null, [1, 5, 5], [2], [7]]", "[]");
  EXPECT_EQ(FaultsIn(lists, {.max = 4}), (Faults{{3, "range"}, {5, "range"}}));
  const auto nested =
      Sliced(arrow::list(type), "[[[9]]]", "[[[1], [2, 5]], [[], [6]]]", "[]");
  EXPECT_EQ(FaultsIn(nested, {.max = 4}), (Faults{{0, "range"}, {1, "range"}}));
  const TypePtr pairs = arrow::fixed_size_list(arrow::float32(), 2);
  EXPECT_EQ(FaultsIn(Sliced(pairs, "[[9, 9]]", "[[1, 2], [3, 5]]", "[]"), {.max = 4}),
            (Faults{{1, "range"}}));
}

TEST(FindFaults, LooksIntoStructsAndMaps) {
  const TypePtr type = arrow::struct_(
      {arrow::field("a", arrow::float64()), arrow::field("n", arrow::int32())});
  auto array = ArrayOf(type, R"([{"a": 1, "n": 1}, {"a": 2, "n": 2}, {"a": 3, "n": 3}])");
  auto data = array->data()->Copy();
  data->child_data[0] = Buffered<double>(arrow::float64(), {1, kNan, kNan})->data();
  EXPECT_EQ(FaultsIn(arrow::MakeArray(data), {.nan = NanPolicy::kQuarantine}),
            (Faults{{1, "nan"}, {2, "nan"}}));
}

TEST(FindFaults, SumsEachList) {
  const auto lists = ArrayOf(ListOf(arrow::float32()),
                             "[[0.5, 0.25, 0.25], [0.5, 0.4], [], "
                             "[0.1, 0.1, 0.1, 0.1, 0.1, 0.5004]]");
  EXPECT_EQ(FaultsIn(lists, {.sum = 1}), (Faults{{1, "sum"}, {2, "sum"}}));
  EXPECT_EQ(FaultsIn(lists, {.sum = 1, .sum_tolerance = 1e-4}),
            (Faults{{1, "sum"}, {2, "sum"}, {3, "sum"}}));
  EXPECT_EQ(FaultsIn(ArrayOf(arrow::list(arrow::int64()), "[[1, null, 2], null, [4]]"),
                     {.sum = 3, .sum_tolerance = 0}),
            (Faults{{2, "sum"}}));
}

TEST(FindFaults, AListWithNanHasNoSumUnlessItBecomesNull) {
  const auto elements = Buffered<double>(arrow::float64(), {kNan, 1.0});
  const auto lists = std::make_shared<arrow::ListArray>(
      ListOf(arrow::float64()), 1, arrow::Buffer::FromVector<int32_t>({0, 2}), elements);
  EXPECT_EQ(FaultsIn(lists, {.sum = 1}), (Faults{{0, "sum"}}));
  EXPECT_EQ(FaultsIn(lists, {.nan = NanPolicy::kNull, .sum = 1}, Json()), Faults{});
}

TEST(SettleChecks, RefusesWhatAColumnCannotHave) {
  const TypePtr f = arrow::float32(), list = ListOf(f);
  struct Case {
    TypePtr type;
    ValueChecks checks;
    RowChecks job;
    const char* text;
  };
  const Case cases[] = {
      {arrow::int64(), {.nan = NanPolicy::kForbid}, {}, "for floating-point numbers"},
      {f, {.nan = NanPolicy::kString}, {}, "nan = 'string' is for JSON, not for parquet"},
      {f, {.nan = NanPolicy::kQuarantine}, {}, "checks.bad_rows = 'quarantine'"},
      {list, {.nan = NanPolicy::kNull}, {}, "nulls inside lists"},
      {arrow::struct_({arrow::field("a", f)}),
       {.nan = NanPolicy::kNull},
       Json(),
       "struct"},
      {arrow::utf8(), {.min = 0}, {}, "min and max are for numbers"},
      {f, {.min = 2, .max = 1}, {}, "min = 2 is above max = 1"},
      {arrow::int8(), {.min = 128}, {}, "no value of int8 is in the range"},
      {f, {.sum = 1}, {}, "sum is for lists of numbers, not for float"},
      {ListOf(list), {.sum = 1}, {}, "sum is for lists of numbers"},
      {list, {.sum_tolerance = 1}, {}, "sum_tolerance needs a sum"},
  };
  for (const Case& c : cases) {
    ExpectError(SettleChecks("c", *c.type, c.checks, c.job), ErrorKind::kSchemaMismatch,
                {c.text});
  }
}

TEST(NonFiniteToNull, KeepsTheOtherValuesAndNulls) {
  const auto array = Buffered<float>(arrow::float32(), {1, NAN, 2, INFINITY, 3});
  const auto sliced = array->Slice(1, 4);
  ExpectArray(*NonFiniteToNull(sliced, arrow::float32()).ValueOrDie(),
              *ArrayOf(arrow::float32(), "[null, 2, null, 3]"));
  const auto finite = ArrayOf(arrow::float64(), "[1, null]");
  EXPECT_EQ(NonFiniteToNull(finite, finite->type()).ValueOrDie(), finite);
}

TEST(NonFiniteToNull, ReachesIntoLists) {
  const TypePtr type = ListOf(ListOf(arrow::float64()));
  const TypePtr nullable = WithNullableElements(type);
  EXPECT_TRUE(nullable->Equals(arrow::list(
      arrow::field("element", arrow::list(arrow::field("element", arrow::float64()))))));
  const auto values = Buffered<double>(arrow::float64(), {1, kNan, 3});
  const auto offsets = [](std::vector<int32_t> starts) {
    return arrow::Buffer::FromVector(std::move(starts));
  };
  const auto inner = std::make_shared<arrow::ListArray>(ListOf(arrow::float64()), 2,
                                                        offsets({0, 2, 3}), values);
  const auto outer = std::make_shared<arrow::ListArray>(type, 1, offsets({0, 2}), inner);
  ExpectArray(*NonFiniteToNull(outer, nullable).ValueOrDie(),
              *ArrayOf(nullable, "[[[1, null], [3]]]"));
}

Result<Landing> CompileOutput(const DeclaredField& field, const TensorSpec& output,
                              const RowChecks& job = {}) {
  const DeclaredSchema declared{.name = "r", .fields = {field}};
  return Landing::Compile(arrow::Schema({}), {}, SignatureOf({}, {output}), {}, &declared,
                          job);
}

TEST(LandingChecks, NanAsNullMakesADerivedColumnNullable) {
  RowChecks job;
  job.columns["Y"].nan = NanPolicy::kNull;
  const Signature signature = SignatureOf({}, {Spec("Y", DType::kHalf, Shape{kAny})});
  const auto landing =
      Landing::Compile(arrow::Schema({}), {}, signature, {}, nullptr, job);
  ASSERT_TRUE(landing.ok()) << landing.status().message();
  EXPECT_TRUE(landing->schema()->field(0)->nullable());
  EXPECT_EQ(landing->checks().at("y"), "nan = null");
  constexpr uint16_t kHalfOne = 0x3C00, kHalfNan = 0x7E00;
  const Tensor y{
      DType::kHalf, {2}, Buffered<uint16_t>(arrow::float16(), {kHalfOne, kHalfNan})};
  const auto landed = landing->Land(*Rows(2), {y});
  ASSERT_TRUE(landed.ok()) << landed.status().message();
  ExpectArray(*landed->rows->column(0), *ArrayOf(arrow::float32(), "[1, null]"));
  EXPECT_EQ(landed->non_finite.at(0).nan, 1);
}

TEST(LandingChecks, NanAsNullNeedsADeclaredTypeThatHoldsNulls) {
  const TensorSpec y = Spec("y", DType::kFloat, Shape{kAny});
  DeclaredField field{.name = "y", .type = arrow::float32()};
  field.checks.nan = NanPolicy::kNull;
  ExpectError(CompileOutput(field, y), ErrorKind::kSchemaMismatch, {"'y'", "union"});
  field.nullable = true;
  EXPECT_TRUE(CompileOutput(field, y).ok());
}

TEST(LandingChecks, TakesOutRowsThatBreakThemBesideThoseThatCannotLand) {
  const auto source = arrow::schema({arrow::field("id", arrow::uint64())});
  const Signature signature = SignatureOf({}, {Spec("p", DType::kFloat, Shape{kAny, 2})});
  RowChecks job = Quarantining();
  job.columns["p"].sum = 1;
  job.columns["id"].max = 50;
  const auto landing =
      Landing::Compile(*source, {"id"}, signature, {}, nullptr, job).ValueOrDie();
  const auto ids = ArrayOf(arrow::uint64(), "[0, 18446744073709551615, 2, 99, 4, 5]");
  const auto landed = landing.Land(
      *arrow::RecordBatch::Make(source, 6, {ids}),
      {TensorOf(DType::kFloat, {6, 2}, "[0,1, 0,1, 0,2, 0,3, 0.5,0.5, 1,0]")});
  ASSERT_TRUE(landed.ok()) << landed.status().message();
  Faults faults;
  for (const RowFault& fault : landed->faults) {
    faults.emplace_back(fault.row, Name(fault.code));
  }
  EXPECT_EQ(faults, (Faults{{1, "cast"}, {2, "sum"}, {3, "range"}}));
  ExpectArray(*landed->rows->column(0), *ArrayOf(arrow::int64(), "[0, 4, 5]"));
  ExpectArray(*landed->rows->column(1),
              *ArrayOf(ListOf(arrow::float32()), "[[0, 1], [0.5, 0.5], [1, 0]]"));
}

TEST(LandingChecks, CountOnlyRowsThatLand) {
  RowChecks job = Quarantining();
  job.columns["b"].max = 0;
  const Signature signature = SignatureOf(
      {}, {Spec("a", DType::kFloat, Shape{kAny}), Spec("b", DType::kFloat, Shape{kAny})});
  const auto landing =
      Landing::Compile(arrow::Schema({}), {}, signature, {}, nullptr, job).ValueOrDie();
  const Tensor a{DType::kFloat, {2}, Buffered<float>(arrow::float32(), {NAN, NAN})};
  const auto landed =
      landing.Land(*Rows(2), {a, TensorOf(DType::kFloat, {2}, "[0, 1]")}).ValueOrDie();
  EXPECT_EQ(landed.rows->num_rows(), 1);
  EXPECT_EQ(landed.non_finite.at(0).nan, 1);
}

TEST(LandingChecks, DisagreeTogether) {
  const TensorSpec y = Spec("y", DType::kFloat, Shape{kAny, 3});
  DeclaredField field{.name = "y", .type = ListOf(arrow::float32())};
  field.shape = Shape{2};
  field.checks.min = 0;
  RowChecks job;
  job.columns["y"].min = 1;
  job.columns["z"].max = 1;
  ExpectError(CompileOutput(field, y, job), ErrorKind::kSchemaMismatch,
              {"(1)", "[checks.columns] and the schema ask for another 'min'", "(2)",
               "output 'y' is float32 [?, 3], but the schema declares rows of the "
               "\"tensor.shape\" [2]"});
  job.columns["y"].min = 0;
  field.shape = Shape{3};
  ExpectError(CompileOutput(field, y, job), ErrorKind::kSchemaMismatch,
              {"[checks.columns] has 'z', but the output's columns are 'y'"});
}

TEST(DeclaredShape, IsCheckedInEachBatchWhereTheSignatureDoesNotKnowIt) {
  DeclaredField field{.name = "y", .type = ListOf(arrow::float32())};
  field.shape = Shape{kAny, 2};
  for (const auto& shape :
       {std::optional<Shape>(Shape{kAny, kAny, kAny}), std::optional<Shape>()}) {
    const auto landing = CompileOutput(field, Spec("y", DType::kFloat, shape));
    ASSERT_TRUE(landing.ok()) << landing.status().message();
    EXPECT_EQ(Metadata(*landing->schema()->field(0), "tensor.shape"), "-1,2");
    EXPECT_TRUE(
        landing->Land(*Rows(1), {TensorOf(DType::kFloat, {1, 1, 2}, "[1, 2]")}).ok());
    ExpectError(landing->Land(*Rows(1), {TensorOf(DType::kFloat, {1, 2, 1}, "[1, 2]")}),
                ErrorKind::kSchemaMismatch, {"'y'", "2"});
  }
}

TEST(DeclaredShape, OfAKeptListIsCheckedInEachRow) {
  const auto source = arrow::schema({arrow::field("e", arrow::list(arrow::float32()))});
  const Signature signature = SignatureOf({}, {Spec("y", DType::kFloat, Shape{kAny})});
  DeclaredSchema declared{
      .name = "r",
      .fields = {{.name = "e", .type = arrow::list(arrow::float32()), .nullable = true},
                 {.name = "y", .type = arrow::float32()}}};
  declared.fields[0].shape = Shape{1, 2};
  const auto landing =
      Landing::Compile(*source, {"e"}, signature, {}, &declared, Quarantining());
  ASSERT_TRUE(landing.ok()) << landing.status().message();
  EXPECT_EQ(Metadata(*landing->schema()->field(0), "tensor.shape"), "1,2");
  const auto lists = ArrayOf(arrow::list(arrow::float32()), "[[1, 2], [3], null]");
  const auto landed = landing->Land(*arrow::RecordBatch::Make(source, 3, {lists}),
                                    {TensorOf(DType::kFloat, {3}, "[1, 2, 3]")});
  ASSERT_TRUE(landed.ok()) << landed.status().message();
  ASSERT_EQ(landed->faults.size(), 1);
  EXPECT_EQ(landed->faults[0].row, 1);
  EXPECT_EQ(landed->faults[0].code, FaultCode::kShape);
}

}  // namespace
}  // namespace howdah
