#include "pipeline/quarantine.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "pipeline/row_json.h"

namespace howdah {
namespace {

std::shared_ptr<arrow::RecordBatch> Rows(int64_t count) {
  arrow::Int64Builder ids;
  for (int64_t i = 0; i < count; ++i) EXPECT_TRUE(ids.Append(i).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("id", arrow::int64())}),
                                  count, {*ids.Finish()});
}

BadRow Bad(int64_t row) {
  return {RowStage::kModel,
          {.row = row, .column = "", .code = FaultCode::kModel, .message = "no"}};
}

TEST(Quarantine, PositionsAreThoseOfTheInputFilesThatABatchRunsThrough) {
  // Rows 90 to 99 of file 1, then rows 0 to 4 of file 2, then rows 7 to 9 of file 2.
  const Split split{
      3, {{1, 0, 1, 0, 0, 90, 10}, {2, 0, 1, 0, 0, 0, 5}, {2, 2, 3, 0, 0, 7, 3}}};
  const std::vector<InputFile> inputs = {{"a", 1, 1}, {"b", 1, 1}, {"c", 1, 1}};
  const auto batch =
      *MakeQuarantineBatch({Bad(0), Bad(4), Bad(5), Bad(9), Bad(10)}, *Rows(11),
                           /*file=*/1, /*first_row=*/95, split, inputs);
  EXPECT_TRUE(batch->schema()->Equals(*QuarantineSchema()));
  EXPECT_TRUE(batch->ValidateFull().ok());
  const auto& files = static_cast<const arrow::StringArray&>(*batch->column(0));
  const auto& positions = static_cast<const arrow::Int64Array&>(*batch->column(1));
  std::string places;
  for (int64_t i = 0; i < batch->num_rows(); ++i) {
    places += fmt::format("{}{} ", files.GetView(i), positions.Value(i));
  }
  EXPECT_EQ(places, "b95 b99 c0 c4 c7 ");
}

TEST(BadRowLimit, AShareIsRoundedDownToRows) {
  BadRowLimit share("0.1%", 2999);
  EXPECT_FALSE(share.Add(2));
  EXPECT_TRUE(share.Add(1));
  EXPECT_THAT(share.Refusal("/q").message(),
              testing::HasSubstr("3 of 2,999 rows are bad so far, "
                                 "'checks.max_bad_rows' = 0.1% allows 2"));
}

TEST(BadRowLimit, ZeroAllowsNone) {
  BadRowLimit none("0", 10);
  EXPECT_FALSE(none.Add(0));
  EXPECT_TRUE(none.Add(1));
}

std::string JsonOf(const std::shared_ptr<arrow::DataType>& type,
                   const std::string& text) {
  const auto array = arrow::json::ArrayFromJSONString(type, "[" + text + "]");
  EXPECT_TRUE(array.ok()) << array.status();
  const auto batch =
      arrow::RecordBatch::Make(arrow::schema({arrow::field("c", type)}), 1, {*array});
  return *RowAsJson(*batch, 0);
}

TEST(RowAsJson, EveryKindOfValueHasAForm) {
  EXPECT_EQ(JsonOf(arrow::float32(), "0.1"), R"({"c":0.1})");
  EXPECT_EQ(JsonOf(arrow::uint64(), "18446744073709551615"),
            R"({"c":18446744073709551615})");
  EXPECT_EQ(JsonOf(arrow::boolean(), "true"), R"({"c":true})");
  EXPECT_EQ(JsonOf(arrow::utf8(), "null"), R"({"c":null})");
  EXPECT_EQ(JsonOf(arrow::utf8(), R"("a\"\u0000ü")"), "{\"c\":\"a\\\"\\u0000ü\"}");
  EXPECT_EQ(JsonOf(arrow::binary(), R"("ab")"), R"({"c":{"base64":"YWI="}})");
  EXPECT_EQ(JsonOf(arrow::list(arrow::int32()), "[1, null]"), R"({"c":[1,null]})");
  EXPECT_EQ(JsonOf(arrow::map(arrow::utf8(), arrow::int32()), R"([["k", 1]])"),
            R"({"c":[["k",1]]})");
  EXPECT_EQ(JsonOf(arrow::struct_({arrow::field("x", arrow::float64())}), "[1.5]"),
            R"({"c":{"x":1.5}})");
  EXPECT_EQ(JsonOf(arrow::date32(), "0"), R"({"c":"1970-01-01"})");
  EXPECT_EQ(JsonOf(arrow::decimal128(5, 2), R"("-1.20")"), R"({"c":"-1.20"})");
}

TEST(RowAsJson, WhatIsNotFiniteAndWhatIsNotUtf8AreKept) {
  arrow::DoubleBuilder doubles;
  ASSERT_TRUE(doubles.Append(std::nan("")).ok());
  arrow::FloatBuilder floats;
  ASSERT_TRUE(floats.Append(-std::numeric_limits<float>::infinity()).ok());
  arrow::StringBuilder texts;
  ASSERT_TRUE(texts.Append("\xFF").ok());
  const auto schema = arrow::schema({arrow::field("d", arrow::float64()),
                                     arrow::field("f", arrow::float32()),
                                     arrow::field("t", arrow::utf8())});
  const auto batch = arrow::RecordBatch::Make(
      schema, 1, {*doubles.Finish(), *floats.Finish(), *texts.Finish()});
  EXPECT_EQ(*RowAsJson(*batch, 0),
            R"({"d":"NaN","f":"-Infinity","t":{"base64":"/w=="}})");
}

}  // namespace
}  // namespace howdah
