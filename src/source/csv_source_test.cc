#include "source/csv_source.h"

#include <arrow/type.h>
#include <gmock/gmock.h>

#include "source/source_test_support.h"

namespace howdah {
namespace {

using testing::HasSubstr;

const SourceFormat& Csv() { return *FindSourceFormat("csv"); }

Result<SourceFileInfo> Inspect(const std::string& text,
                               const InspectOptions& options = {}) {
  MemorySource file("in.csv", text);
  return Csv().Inspect(file, options);
}

/// TypesOf, or the error.
std::string Types(const std::string& text, const InspectOptions& options = {}) {
  const auto info = Inspect(text, options);
  if (!info.ok()) return info.status().message();
  return TypesOf(*info->schema);
}

/// The type of a column with these cells.
std::string TypeOf(const std::vector<std::string>& cells) {
  std::string text = "x,y\n";
  for (const std::string& cell : cells) text += cell + ",1\n";
  return Inspect(text).ValueOrDie().schema->field(0)->type()->ToString();
}

/// All of `text` as one JSON-like line for each column.
std::string Read(const std::string& text, const InspectOptions& options = {}) {
  const auto table = ReadTable(Csv(), {Source("in.csv", text)}, options);
  if (!table.ok()) return table.status().message();
  std::string all;
  const auto rows = Flat(**table);
  for (int i = 0; i < rows->num_columns(); ++i) {
    std::string values;
    for (int64_t row = 0; row < rows->num_rows(); ++row) {
      values += (row == 0 ? "" : "|") +
                rows->column(i)->GetScalar(row).ValueOrDie()->ToString();
    }
    all += rows->column_name(i) + "=" + values + ";";
  }
  return all;
}

TEST(CsvSource, AColumnsTypeIsDecidedOverTheWholeFile) {
  EXPECT_EQ(TypeOf({"1", "-5", "0", "9223372036854775807", "-9223372036854775808"}),
            "int64");
  EXPECT_EQ(TypeOf({"1", "", "2"}), "int64");
  EXPECT_EQ(TypeOf({"1", "2.5"}), "double");
  EXPECT_EQ(TypeOf({"1", ".5", "-.5", "5.", "1e5", "-1E-7", "1e+3"}), "double");
  EXPECT_EQ(TypeOf({"NaN", "inf", "-inf", "Infinity", "nan"}), "double");
  EXPECT_EQ(TypeOf({"true", "false", ""}), "bool");
  EXPECT_EQ(TypeOf({"2026-11-22", "1969-01-01"}), "date32[day]");
  EXPECT_EQ(TypeOf({"a", "1"}), "string");
  EXPECT_EQ(TypeOf({"", ""}), "null");
  EXPECT_EQ(TypeOf({}), "null");
}

TEST(CsvSource, WhatANumberWouldBendStaysText) {
  EXPECT_EQ(TypeOf({"00123"}), "string");
  EXPECT_EQ(TypeOf({"1", "007"}), "string");
  EXPECT_EQ(TypeOf({"+5"}), "string");
  EXPECT_EQ(TypeOf({" 5"}), "string");
  EXPECT_EQ(TypeOf({"1", "\"\""}), "string");
  EXPECT_EQ(TypeOf({"0x10"}), "string");
  EXPECT_EQ(TypeOf({"1_000"}), "string");
  EXPECT_EQ(TypeOf({"-"}), "string");
  EXPECT_EQ(TypeOf({"."}), "string");
  EXPECT_EQ(TypeOf({"1e"}), "string");
  EXPECT_EQ(TypeOf({"1e999"}), "string");  // a double would be infinite
  EXPECT_EQ(TypeOf({"9223372036854775808"}), "string");
  EXPECT_EQ(TypeOf({"1", "18446744073709551615"}), "string");
  EXPECT_EQ(TypeOf({"9007199254740992", "0.5"}), "double");  // 2^53
  EXPECT_EQ(TypeOf({"9007199254740993", "0.5"}), "string");
  EXPECT_EQ(TypeOf({"0.5", "-9007199254740993"}), "string");
  EXPECT_EQ(TypeOf({"-0"}), "double");
  EXPECT_EQ(TypeOf({"True"}), "string");
  EXPECT_EQ(TypeOf({"true", "1"}), "string");
  EXPECT_EQ(TypeOf({"2026-02-30"}), "string");
  EXPECT_EQ(TypeOf({"2026-11-22", "5"}), "string");
  EXPECT_EQ(TypeOf({"NA"}), "string");
  EXPECT_EQ(TypeOf({"null"}), "string");
}

TEST(CsvSource, TextColumnsAreTextAndOthersThanAskedForAreNotLookedAt) {
  EXPECT_EQ(Types("a,b\n1,2\n", {.columns = {}, .text_columns = {"b"}}),
            "a: int64, b: string");
  EXPECT_EQ(Types("a,b,c\n1,2,3\n", {.columns = {"c", "nowhere"}, .text_columns = {}}),
            "a: string, b: string, c: int64");
  EXPECT_EQ(Types("a,b\n1,\xff\n", {.columns = {"a"}, .text_columns = {}}),
            "a: int64, b: string");
}

TEST(CsvSource, EachCellComesBackAsItsTypeHasIt) {
  EXPECT_EQ(
      Read("i,d,b,t,s\n1,0.5,true,2026-11-22,x\n,,,,\n-7,NaN,false,1970-01-01,\"\"\n"),
      "i=1|null|-7;d=0.5|null|nan;b=true|null|false;t=2026-11-22|null|1970-01-01;"
      "s=x|null|;");
  EXPECT_EQ(Read("d\n5.\n.5\n-Infinity\nINF\n"), "d=5|0.5|-inf|inf;");
}

TEST(CsvSource, OnlyAnEmptyCellWithoutQuotesIsNull) {
  EXPECT_EQ(Read("a,b\n,\"\"\nNA,null\nnan,x\n"), "a=null|NA|nan;b=|null|x;");
}

TEST(CsvSource, AnEmptyLastCellIsNullWithAndWithoutTheLastNewline) {
  EXPECT_EQ(Read("a,b\n\"x\","), "a=x;b=null;");
  EXPECT_EQ(Read("a,b\n\"x\",\n"), "a=x;b=null;");
}

TEST(CsvSource, QuotedCellsHoldDelimitersQuotesAndNewlines) {
  EXPECT_EQ(Read("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"1\n2\",\"\r\n\"\nq\"q,\"\"\"\"\n"),
            "a=x,y|1\n2|q\"q;b=say \"hi\"|\r\n|\";");
}

TEST(CsvSource, RecordsEndWithAnyEndOfLineOrWithTheFile) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    EXPECT_EQ(Read("a,b" + end + "1,x" + end + "2,y" + end), "a=1|2;b=x|y;");
    EXPECT_EQ(Read("a,b" + end + "1,x" + end + "2,y"), "a=1|2;b=x|y;");
    EXPECT_EQ(Read(end + "a,b" + end + end + "1,x" + end + end + "2,y" + end + end),
              "a=1|2;b=x|y;");
  }
}

TEST(CsvSource, AByteOrderMarkIsNotPartOfAName) {
  EXPECT_EQ(Read("\xef\xbb\xbf"
                 "a,b\n1,x\n"),
            "a=1;b=x;");
  // but part of a value:
  EXPECT_EQ(Read("a,b\n\xef\xbb\xbf"
                 "1,x\n"),
            "a=\xef\xbb\xbf"
            "1;b=x;");
}

TEST(CsvSource, TsvFilesHaveTabs) {
  const auto table = ReadTable(Csv(), {Source("in.TSV", "a\tb\n1,5\tx\n")}).ValueOrDie();
  EXPECT_EQ(table->schema()->field_names(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table->column(0)->GetScalar(0).ValueOrDie()->ToString(), "1,5");
}

TEST(CsvSource, AHeaderAloneIsNoRows) {
  for (const std::string text : {"a,b\n", "a,b", "a,b\r\n\r\n\n"}) {
    const auto info = Inspect(text).ValueOrDie();
    EXPECT_EQ(info.schema->num_fields(), 2);
    for (const SourceUnit& unit : info.units) EXPECT_EQ(unit.rows, 0);
    EXPECT_EQ(Read(text), "a=;b=;");
  }
}

TEST(CsvSource, AHeaderThatNamesNothingIsRefused) {
  EXPECT_EQ(
      Types(""),
      "in.csv: not a CSV file: it is empty, expected was a line with the names of the "
      "columns");
  EXPECT_THAT(Types("\n\n"), HasSubstr("it is empty"));
  EXPECT_EQ(Types("a,b,a\n"), "in.csv: two columns are named 'a': rename one of them");
  EXPECT_EQ(Types("a,,b\n"), "in.csv: the header's column 2 has no name");
  EXPECT_EQ(Types("a, \n"), "in.csv: the header's column 2 has no name");
  EXPECT_EQ(Types("a,\xff\n"),
            "in.csv: the name of column 2 is not UTF-8: write the file in UTF-8");
}

TEST(CsvSource, RecordsThatAreNoneAreRefusedByNumber) {
  EXPECT_EQ(Types("a,b\n1,2\n1\n"), "in.csv: record 2 has 1 cell, the header has 2");
  EXPECT_EQ(Types("a,b\n1,2,3\n"), "in.csv: record 1 has 3 cells, the header has 2");
  EXPECT_EQ(Types("a,b\n1,2\n3,\"4\n5,6\n"),
            "in.csv: record 2: the quote opened at byte 10 is never closed");
  EXPECT_EQ(Types("a,\"b\n"),
            "in.csv: header: the quote opened at byte 2 is never closed");
  EXPECT_THAT(Types("a,b\n\"1\"2,3\n"),
              HasSubstr("in.csv: record 1: the cell that begins at byte 4 goes on behind "
                        "its closing quote"));
  EXPECT_EQ(Types("a,b\n1,x\n2,caf\xe9\n"),
            "in.csv: record 2: column 'b' is not UTF-8: write the file in UTF-8");
  EXPECT_TRUE(Is(Inspect("a,b\n1\n").status(), ErrorKind::kCorruption));
}

TEST(CsvSource, ARecordBeyondTheLimitIsRefusedAndOneBelowItIsRead) {
  const auto csv =
      MakeCsvSource({.unit_bytes = 10, .block_bytes = 10, .most_record_bytes = 1000});
  const std::string row = "x," + std::string(900, 'y') + "\n";
  MemorySource fine("in.csv", "a,b\n" + row + row);
  EXPECT_EQ(csv->Inspect(fine, {}).ValueOrDie().units.size(), 2u);
  MemorySource open("in.csv", "a,b\nx,\"" + row + row);
  EXPECT_EQ(csv->Inspect(open, {}).status().message(),
            "in.csv: the record that begins at byte 4 is longer than 1000 B; is a line "
            "break or a closing quote missing?");
}

TEST(CsvSource, FilesMeetInACommonType) {
  const auto common = [](const auto& a, const auto& b) {
    const auto type = Csv().CommonType(a, b);
    const auto turned = Csv().CommonType(b, a);
    if (type == nullptr || turned == nullptr) return std::string("none");
    EXPECT_TRUE(type->Equals(*turned));
    return type->ToString();
  };
  const std::shared_ptr<arrow::DataType> missing;
  EXPECT_EQ(common(arrow::int64(), arrow::float64()), "double");
  EXPECT_EQ(common(arrow::null(), arrow::int64()), "int64");
  EXPECT_EQ(common(arrow::null(), arrow::null()), "null");
  EXPECT_EQ(common(arrow::boolean(), arrow::int64()), "string");
  EXPECT_EQ(common(arrow::date32(), arrow::utf8()), "string");
  EXPECT_EQ(common(missing, arrow::int64()), "none");
  EXPECT_EQ(common(arrow::null(), missing), "none");
}

TEST(CsvSource, FilesOfDifferentTypesAndOrdersAreOneInput) {
  const std::vector files = {Source("a.csv", "id,v,k\n1,,007\n2,3,1\n"),
                             Source("b.csv", "k,v,id\n5,0.5,3\n"),
                             Source("c.csv", "v,id,k\n1,x,\n")};
  const auto table = ReadTable(Csv(), files).ValueOrDie();
  EXPECT_TRUE(Flat(*table)->Equals(*arrow::RecordBatch::Make(
      table->schema(), 4,
      {FromJson(arrow::utf8(), R"(["1", "2", "3", "x"])"),
       FromJson(arrow::float64(), "[null, 3, 0.5, 1]"),
       FromJson(arrow::utf8(), R"(["007", "1", "5", null])")})));
}

TEST(CsvSource, AWholeNumberIsNotBentByAnotherFilesFractions) {
  const std::vector files = {Source("a.csv", "v\n0.5\n1e300\n"),
                             Source("b.csv", "v\n9007199254740993\n")};
  const Status status = ReadTable(Csv(), files).status();
  EXPECT_TRUE(Is(status, ErrorKind::kSchemaMismatch));
  EXPECT_THAT(status.message(), HasSubstr("b.csv: column 'v' holds 9007199254740993, a "
                                          "whole number that a double cannot hold"));
  EXPECT_TRUE(ReadTable(Csv(), files, {.columns = {}, .text_columns = {"v"}}).ok());
}

TEST(CsvSource, AColumnOfNullsCanBeReadAsTextToo) {
  const std::vector files = {Source("a.csv", "a,b\n,1\n,2\n")};
  const auto splits = PlanFiles(Csv(), files).ValueOrDie();
  for (const auto& type : {arrow::utf8(), arrow::null(), arrow::float64()}) {
    const auto batches = ReadBatches(Csv(), splits[0], files,
                                     {.schema = arrow::schema({arrow::field("a", type)})})
                             .ValueOrDie();
    EXPECT_TRUE(batches[0].rows->column(0)->Equals(FromJson(type, "[null, null]")));
  }
}

TEST(CsvSource, AMissingColumnNamesTheNearest) {
  const std::vector files = {Source("a.csv", "score\n1\n")};
  const auto splits = PlanFiles(Csv(), files).ValueOrDie();
  const Status status =
      ReadBatches(Csv(), splits[0], files,
                  {.schema = arrow::schema({arrow::field("scor", arrow::int64())})})
          .status();
  EXPECT_TRUE(Is(status, ErrorKind::kSchemaMismatch));
  EXPECT_EQ(status.message(), "a.csv: no column 'scor'; did you mean 'score'?");
}

TEST(CsvSource, AFileThatChangedIsRefused) {
  const auto schema = arrow::schema({arrow::field("a", arrow::int64())});
  const auto split = PlanFiles(Csv(), {Source("a.csv", "a\n1\n2\n3\n")}).ValueOrDie()[0];
  for (const std::string text :
       {"a\n12\n3\n", "a\n1\n2\n", "a\n1\n\n\n\n", "a\nx\n2\n3\n"}) {
    const Status status =
        ReadBatches(Csv(), split, {Source("a.csv", text)}, {.schema = schema}).status();
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
    EXPECT_THAT(status.message(), HasSubstr("a.csv: "));
  }
}

}  // namespace
}  // namespace howdah
