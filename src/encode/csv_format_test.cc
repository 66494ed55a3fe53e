#include "encode/csv_format.h"

#include <arrow/type.h>
#include <gmock/gmock.h>

#include <limits>

#include "encode/text_test_files.h"

namespace howdah {
namespace {

using arrow::field;
using testing::HasSubstr;

std::string Csv(const std::shared_ptr<arrow::DataType>& type, const std::string& json,
                TextOptions text = {}) {
  return TextOf("csv", type, json, std::move(text)).ValueOrDie();
}

TextOptions HiveText() { return {.dialect = "hive-text"}; }

Status Refused(const std::shared_ptr<arrow::DataType>& type, const std::string& json,
               TextOptions text = {}) {
  return TextOf("csv", type, json, std::move(text)).status();
}

TEST(Csv, RecordsHaveAHeaderCommasAndLf) {
  const auto batch = Batch(
      {field("id", arrow::int64()), field("score", arrow::float32()),
       field("name", arrow::utf8()), field("ok", arrow::boolean())},
      {FromJson(arrow::int64(), "[1, -9223372036854775808]"),
       FromJson(arrow::float32(), "[0.1, 2]"), FromJson(arrow::utf8(), R"(["a", "b"])"),
       FromJson(arrow::boolean(), "[true, false]")});
  EXPECT_EQ(TryEncodeText("csv", {batch, batch->Slice(1)}, PlainText()).ValueOrDie(),
            "id,score,name,ok\n1,0.1,a,true\n-9223372036854775808,2.0,b,false\n"
            "-9223372036854775808,2.0,b,false\n");
}

// RFC 4180, section 2, rules 5 to 7.
TEST(Csv, QuotesStandWhereTheRfcWantsThem) {
  EXPECT_EQ(
      Csv(arrow::utf8(), R"(["a,b", "say \"x\"", "l1\nl2", "c\r", "plain", "ü😀"])"),
      "c\n\"a,b\"\n\"say \"\"x\"\"\"\n\"l1\nl2\"\n\"c\r\"\nplain\nü😀\n");
}

TEST(Csv, TextThatReadersWouldTrimIsQuoted) {
  EXPECT_EQ(Csv(arrow::utf8(), R"([" a", "a ", "a b"])"), "c\n\" a\"\n\"a \"\na b\n");
}

TEST(Csv, NullEmptyTextAndNaNDiffer) {
  const auto batch = Batch({field("s", arrow::utf8()), field("f", arrow::float32())},
                           {FromJson(arrow::utf8(), R"(["", null, "x"])"),
                            FromJson(arrow::float32(), "[NaN, null, -Inf]")});
  EXPECT_EQ(TryEncodeText("csv", {batch}, PlainText()).ValueOrDie(),
            "s,f\n\"\",NaN\n,\nx,-Infinity\n");
}

TEST(Csv, WhatStandsForNullCanBeChosenAndTextLikeItIsQuoted) {
  EXPECT_EQ(Csv(arrow::utf8(), R"([null, "NULL", "", "x"])", {.null = "NULL"}),
            "c\nNULL\n\"NULL\"\n\"\"\nx\n");
}

TEST(Csv, WordsThatAreValuesCannotStandForNull) {
  for (const char* null : {"NaN", "0", "-", "true", ",", "\"", "a\nb", " x", "-1"}) {
    const Status status = Refused(arrow::utf8(), "[null]", {.null = null});
    EXPECT_TRUE(Is(status, ErrorKind::kInvalidInput)) << null << status;
  }
}

TEST(Csv, ALoneNullIsRefusedBecauseItsLineWouldBeEmpty) {
  const Status status = Refused(arrow::int64(), "[1, 2, null]");
  EXPECT_TRUE(Is(status, ErrorKind::kInvalidInput));
  EXPECT_THAT(status.message(), HasSubstr("column 'c', row 2 of the file: it is null"));
  EXPECT_EQ(Csv(arrow::int64(), "[1, null]", {.null = "NULL"}), "c\n1\nNULL\n");
  EXPECT_EQ(Csv(arrow::utf8(), R"([""])"), "c\n\"\"\n");
}

TEST(Csv, TheHeaderCanBeLeftOut) {
  EXPECT_EQ(Csv(arrow::int64(), "[1, 2]", {.header = false}), "1\n2\n");
}

TEST(Csv, AFileWithoutRowsHasTheHeaderOnly) {
  EXPECT_EQ(Csv(arrow::int64(), "[]"), "c\n");
  EXPECT_EQ(Csv(arrow::int64(), "[]", HiveText()), "");
}

TEST(Csv, IntegersOfAllWidthsKeepTheirEnds) {
  EXPECT_EQ(Csv(arrow::int8(), "[-128, 127]"), "c\n-128\n127\n");
  EXPECT_EQ(Csv(arrow::uint8(), "[255]"), "c\n255\n");
  EXPECT_EQ(Csv(arrow::int64(), "[9007199254740993]"), "c\n9007199254740993\n");
  EXPECT_EQ(Csv(arrow::uint64(), "[18446744073709551615]"), "c\n18446744073709551615\n");
}

TEST(Csv, FixedDecimalsAreRoundedButNotThoseOfKeys) {
  const auto values = FromJson(arrow::float32(), "[0.125, -0.001, 1e9, NaN]");
  const auto batch = Batch({field("k", arrow::float32()), field("p", arrow::float32())},
                           {values, values});
  EncoderOptions options = PlainText({.decimals = 2});
  options.key_columns = {"k"};
  EXPECT_EQ(TryEncodeText("csv", {batch}, options).ValueOrDie(),
            "k,p\n0.125,0.12\n-0.001,-0.00\n1000000000.0,1000000000.00\nNaN,NaN\n");
}

TEST(Csv, DatesAreIso8601WithASignBeyondFourDigits) {
  // Days by hand: 10957 is 2000-01-01; a common year has 365.
  EXPECT_EQ(Csv(arrow::date32(), "[0, -1, 10957, 11016, 2932896, 2932897]"),
            "c\n1970-01-01\n1969-12-31\n2000-01-01\n2000-02-29\n9999-12-31\n"
            "+10000-01-01\n");
  EXPECT_EQ(Csv(arrow::date32(), "[-719162, -719163, -719528, -719529]"),
            "c\n0001-01-01\n0000-12-31\n0000-01-01\n-0001-12-31\n");
}

TEST(Csv, TimestampsAreIso8601WithZForUtc) {
  EXPECT_EQ(Csv(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), "[0, -1, 1000001]"),
            "c\n1970-01-01T00:00:00.000000Z\n1969-12-31T23:59:59.999999Z\n"
            "1970-01-01T00:00:01.000001Z\n");
  EXPECT_EQ(Csv(arrow::timestamp(arrow::TimeUnit::MILLI), "[86399999]"),
            "c\n1970-01-01T23:59:59.999\n");
  EXPECT_EQ(Csv(arrow::timestamp(arrow::TimeUnit::SECOND), "[59]"),
            "c\n1970-01-01T00:00:59\n");
  EXPECT_EQ(Csv(arrow::time64(arrow::TimeUnit::MICRO), "[3661000001]"),
            "c\n01:01:01.000001\n");
}

TEST(Csv, DecimalsHaveAllDigitsOfTheirScale) {
  EXPECT_EQ(Csv(arrow::decimal128(10, 2), R"(["1.50", "-0.05", "0.00", "12345678.90"])"),
            "c\n1.50\n-0.05\n0.00\n12345678.90\n");
  EXPECT_EQ(
      Csv(arrow::decimal128(38, 38), R"(["0.00000000000000000000000000000000000001"])"),
      "c\n0.00000000000000000000000000000000000001\n");
  EXPECT_EQ(Csv(arrow::decimal128(3, 0), R"(["-7"])"), "c\n-7\n");
}

// RFC 4648, section 10.
TEST(Csv, BinaryIsBase64) {
  EXPECT_EQ(Csv(arrow::binary(), R"(["f", "fo", "foo", "foob", ""])"),
            "c\nZg==\nZm8=\nZm9v\nZm9vYg==\n\"\"\n");
}

TEST(Csv, ListsAndRecordsAreRefusedWithTheWaysOut) {
  for (const auto& type :
       {arrow::list(arrow::float32()), arrow::struct_({field("a", arrow::int8())}),
        arrow::map(arrow::utf8(), arrow::int8())}) {
    const Status status = Refused(type, "[]");
    EXPECT_TRUE(Is(status, ErrorKind::kSchemaMismatch)) << status;
    EXPECT_THAT(status.message(), HasSubstr("column 'c' is of "));
    EXPECT_THAT(status.message(), HasSubstr("as = \"expand\""));
    EXPECT_THAT(status.message(), HasSubstr("\"hive-text\""));
  }
}

TEST(Csv, TypesThatTextDoesNotHaveAreRefused) {
  EXPECT_THAT(Refused(arrow::duration(arrow::TimeUnit::SECOND), "[]").message(),
              HasSubstr("column 'c' is of duration[s], which text does not have"));
}

TEST(HiveText, CellsLieBetweenControlCharactersAndNullIsBackslashN) {
  const auto batch = Batch(
      {field("id", arrow::int64()), field("s", arrow::utf8())},
      {FromJson(arrow::int64(), "[1, null]"), FromJson(arrow::utf8(), R"([null, ""])")});
  EXPECT_EQ(TryEncodeText("csv", {batch}, PlainText(HiveText())).ValueOrDie(),
            "1\x01\\N\n\\N\x01\n");
}

TEST(HiveText, SeparatorsBackslashesAndLineEndsAreEscaped) {
  EXPECT_EQ(Csv(arrow::utf8(),
                R"(["a\nb", "c\rd", "e\\f", "\\N", "g\u0001\u0002h", ","])", HiveText()),
            "a\\nb\nc\\rd\ne\\\\f\n\\\\N\ng\\\x01\\\x02h\n,\n");
}

TEST(HiveText, NestedValuesHaveASeparatorForEachDepth) {
  EXPECT_EQ(Csv(arrow::list(arrow::float32()), "[[0.5, null, 1], [], null]", HiveText()),
            "0.5\x02\\N\x02"
            "1.0\n\n\\N\n");
  EXPECT_EQ(Csv(arrow::list(arrow::list(arrow::int8())), "[[[1, 2], [3]]]", HiveText()),
            "1\x03"
            "2\x02"
            "3\n");
  EXPECT_EQ(Csv(arrow::map(arrow::utf8(), arrow::int8()), R"([[["a", 1], ["b", null]]])",
                HiveText()),
            "a\x03"
            "1\x02"
            "b\x03\\N\n");
  EXPECT_EQ(Csv(arrow::struct_({field("a", arrow::int8()), field("b", arrow::utf8())}),
                R"([[1, "x"]])", HiveText()),
            "1\x02x\n");
}

TEST(HiveText, TimesAreAsHiveReadsThem) {
  EXPECT_EQ(Csv(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), "[0]", HiveText()),
            "1970-01-01 00:00:00.000000\n");
  EXPECT_THAT(Refused(arrow::date32(), "[2932897]", HiveText()).message(),
              HasSubstr("row 0 of the file: it holds the day +10000-01-01"));
}

TEST(HiveText, AListOfOneEmptyTextIsRefused) {
  EXPECT_THAT(
      Refused(arrow::list(arrow::utf8()), R"([["a"], [""]])", HiveText()).message(),
      HasSubstr("column 'c', row 1 of the file: it holds a list of one element "
                "that is empty"));
}

TEST(HiveText, WhatLooksLikeNullButIsNoneIsRefused) {
  EXPECT_THAT(
      Refused(arrow::list(arrow::int8()), "[[1], [null]]", HiveText()).message(),
      HasSubstr("row 1 of the file: it holds a list of one element that is null"));
  EXPECT_THAT(Refused(arrow::struct_({field("a", arrow::int8())}), "[[1], null, [null]]",
                      HiveText())
                  .message(),
              HasSubstr("row 2 of the file: it holds a record whose one field is null"));
}

TEST(HiveText, NestingBeyondItsEightSeparatorsIsRefused) {
  auto type = arrow::int8();
  for (int depth = 0; depth < 7; ++depth) type = arrow::list(type);
  EXPECT_TRUE(Refused(type, "[]", HiveText()).ok());
  EXPECT_TRUE(
      Is(Refused(arrow::list(type), "[]", HiveText()), ErrorKind::kSchemaMismatch));
}

TEST(Csv, AFileCutAnywhereInsideARecordIsCorruption) {
  const auto batch = Batch({field("a", arrow::int64()), field("s", arrow::utf8())},
                           {FromJson(arrow::int64(), "[1, 2, 3]"),
                            FromJson(arrow::utf8(), R"(["x\ny", "p,q", "\"\n\""])")});
  for (const bool gzip : {false, true}) {
    EncoderOptions options = PlainText();
    if (gzip) options.compression = "gzip";
    const std::string whole = TryEncodeText("csv", {batch}, options).ValueOrDie();
    for (size_t length = 0; length < whole.size(); ++length) {
      MemorySource source(whole.substr(0, length));
      const auto found = FindFormat("csv")->ReadBack(source, options);
      if (found.ok()) {
        // Between records nothing shows but the count.
        EXPECT_FALSE(gzip) << length;
        EXPECT_LT(found->rows, 3);
        EXPECT_EQ(whole[length - 1], '\n');
      } else {
        EXPECT_TRUE(Is(found.status(), ErrorKind::kCorruption)) << found.status();
      }
    }
  }
}

TEST(Csv, TheHeaderReadsBackAsColumnsOfText) {
  const auto schema =
      arrow::schema({field("a", arrow::int64()), field("b", arrow::float32())});
  const auto stored = FindFormat("csv")->StoredSchema(schema, PlainText()).ValueOrDie();
  MemorySource source("a,b\n1,2\n");
  const auto found = FindFormat("csv")->ReadBack(source, PlainText()).ValueOrDie();
  EXPECT_TRUE(found.schema->Equals(*stored));
  EXPECT_EQ(found.schema->field(1)->type()->id(), arrow::Type::STRING);
  EXPECT_EQ(found.rows, 1);
}

}  // namespace
}  // namespace howdah
