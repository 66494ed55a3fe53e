#include "source/jsonl_source.h"

#include <arrow/type.h>
#include <gmock/gmock.h>

#include <random>

#include "source/source_test_support.h"

namespace howdah {
namespace {

using testing::HasSubstr;

const SourceFormat& Jsonl() { return *FindSourceFormat("jsonl"); }

Result<SourceFileInfo> Inspect(const std::string& text,
                               const InspectOptions& options = {}) {
  MemorySource file("in.jsonl", text);
  return Jsonl().Inspect(file, options);
}

/// TypesOf, or the error.
std::string Types(const std::string& text, const InspectOptions& options = {}) {
  const auto info = Inspect(text, options);
  if (!info.ok()) return info.status().message();
  return TypesOf(*info->schema);
}

/// The only column of `text`, each line of which holds {"x": …}.
Result<std::shared_ptr<arrow::Array>> ReadX(const std::string& text) {
  HOWDAH_ASSIGN_OR_RETURN(const auto table,
                          ReadTable(Jsonl(), {Source("in.jsonl", text)}));
  return Flat(*table)->GetColumnByName("x");
}

TEST(JsonlSource, TypesComeFromAllValues) {
  EXPECT_EQ(Types(R"({"a": 1, "b": true, "c": "x", "d": null, "e": 1.5})"
                  "\n"
                  R"({"a": 2.5, "b": null, "f": [1]})"
                  "\n"
                  R"({"f": [null, 0.5], "g": {"h": 1}})"
                  "\n"
                  R"({"g": {"i": "x"}})"),
            "a: double, b: bool, c: string, d: null, e: double, f: list<item: double>, "
            "g: struct<h: int64, i: string>");
}

TEST(JsonlSource, TextStaysTextWhateverItLooksLike) {
  const auto type = arrow::struct_({arrow::field("t", arrow::list(arrow::utf8()))});
  EXPECT_EQ(Types(R"({"x": "2026-11-22T10:00:00"})"), "x: string");
  const auto read =
      ReadX(R"({"x": {"t": ["2026-11-22 10:00:00", "2026-11-22"]}})").ValueOrDie();
  EXPECT_TRUE(
      read->Equals(FromJson(type, R"([{"t": ["2026-11-22 10:00:00", "2026-11-22"]}])")));
}

TEST(JsonlSource, WholeNumbersAreNeverBent) {
  EXPECT_EQ(Types("{\"x\": 9223372036854775807}\n{\"x\": -9223372036854775808}"),
            "x: int64");
  EXPECT_EQ(Types("{\"x\": 18446744073709551615}\n{\"x\": 1}"), "x: uint64");
  for (const char* beyond : {"18446744073709551616", "-9223372036854775809"}) {
    EXPECT_THAT(Types(fmt::format("{{\"x\": {}}}", beyond)),
                testing::HasSubstr("which 64 bits do not hold"));
  }
  EXPECT_EQ(Types("{\"x\": 1.8446744073709551616e19}"), "x: double");
  EXPECT_EQ(Types("{\"x\": -0}"), "x: double");
  EXPECT_EQ(Types("{\"x\": 9007199254740992}\n{\"x\": 0.5}"), "x: double");
  EXPECT_EQ(Types("{\"x\": 0.5}\n{\"x\": 9007199254740993}"),
            "in.jsonl: line 2: column 'x' holds fractions and 9007199254740993, a whole "
            "number that a double cannot hold; write it as a string");
  EXPECT_EQ(
      Types("{\"x\": 18446744073709551615}\n{\"x\": -1}"),
      "in.jsonl: line 2: column 'x' holds negative numbers and 18446744073709551615: "
      "no type of 64 bits has both");
  EXPECT_TRUE(ReadX("{\"x\": 18446744073709551615}\n{\"x\": 1}")
                  .ValueOrDie()
                  ->Equals(FromJson(arrow::uint64(), "[18446744073709551615, 1]")));
  EXPECT_TRUE(ReadX("{\"x\": 9007199254740993}\n{}\n")
                  .ValueOrDie()
                  ->Equals(FromJson(arrow::int64(), "[9007199254740993, null]")));
  EXPECT_THAT(Types("{\"x\": 1e999}"), HasSubstr("in.jsonl: line 1: no JSON"));
}

TEST(JsonlSource, NestedValuesComeBack) {
  const auto type = arrow::list(arrow::struct_(
      {arrow::field("a", arrow::float64()), arrow::field("b", arrow::boolean())}));
  const std::string text =
      "{\"x\": [{\"a\": 1}, null, {\"b\": true, \"a\": 0.5}]}\n{\"x\": null}\n{\"x\": "
      "[]}\n";
  EXPECT_TRUE(ReadX(text).ValueOrDie()->Equals(
      FromJson(type, R"([[{"a": 1}, null, {"a": 0.5, "b": true}], null, []])")));
  EXPECT_TRUE(
      ReadX("{\"x\": {}}\n").ValueOrDie()->Equals(FromJson(arrow::struct_({}), "[{}]")));
  EXPECT_TRUE(ReadX("{\"x\": []}\n")
                  .ValueOrDie()
                  ->Equals(FromJson(arrow::list(arrow::null()), "[[]]")));
  EXPECT_TRUE(
      ReadX("{\"x\": null}\n").ValueOrDie()->Equals(FromJson(arrow::null(), "[null]")));
}

TEST(JsonlSource, ListsOfNothingButNullComeBack) {
  const auto read = ReadX(R"({"x": [null, null, null]})"
                          "\n"
                          R"({"x": null})"
                          "\n"
                          R"({"x": []})"
                          "\n"
                          R"({"x": [null]})");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE((*read)->Equals(
      FromJson(arrow::list(arrow::null()), "[[null, null, null], null, [], [null]]")))
      << (*read)->ToString();
  const auto type = arrow::struct_(
      {arrow::field("y", arrow::list(arrow::null())), arrow::field("z", arrow::null())});
  const auto record = ReadX(R"({"x": {"y": [null, null], "z": null}})");
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_TRUE((*record)->Equals(FromJson(type, R"([{"y": [null, null], "z": null}])")));
}

TEST(JsonlSource, LinesMayEndInAnyWayAndBlankOnesAreSkipped) {
  const auto expected = FromJson(arrow::int64(), "[1, 2]");
  for (const std::string text :
       {"{\"x\":1}\n{\"x\":2}\n", "{\"x\":1}\r\n{\"x\":2}",
        "\n \n{\"x\":1}\n\t\r\n{\"x\":2}\n\n", "\xef\xbb\xbf{\"x\":1}\n{\"x\":2}"}) {
    const auto read = ReadX(text);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE((*read)->Equals(expected));
  }
}

TEST(JsonlSource, TextOfAllKindsComesBack) {
  EXPECT_TRUE(ReadX("{\"x\": \"é\\u00e9\\ud83d\\ude00\\u0000\\n\\\"\"}\n{\"x\": \"\"}\n")
                  .ValueOrDie()
                  ->Equals(FromJson(arrow::utf8(), R"(["éé😀\u0000\n\"", ""])")));
}

TEST(JsonlSource, AFileWithoutRowsHasNoColumns) {
  for (const std::string text : {"", "\n\n", "\xef\xbb\xbf"}) {
    const auto info = Inspect(text).ValueOrDie();
    EXPECT_EQ(info.schema->num_fields(), 0);
    for (const SourceUnit& unit : info.units) EXPECT_EQ(unit.rows, 0);
  }
}

TEST(JsonlSource, LinesThatAreNoObjectsAreRefusedByNumber) {
  EXPECT_EQ(
      Types("{\"x\": 1}\n\n[1]\n"),
      "in.jsonl: line 3: it is a list, expected was one object, like {\"column\": 1}, "
      "on each line");
  for (const std::string line :
       {"5", "\"x\"", "null", "true", "{\"x\": 1", "{\"x\": 1}}", "{\"x\": 1} {\"x\": 2}",
        "{x: 1}", "{\"x\": NaN}", "{\"x\": 01}", "{\"x\": \"\xff\"}",
        "{\"x\": \"\\ud800\"}", "\xef\xbb\xbf{\"x\": 1}", "{\"x\": \"\x01\"}",
        "{\"x\": 1},", "{\"x\": 0e309}"}) {
    const Status status = Inspect("{\"x\": 1}\n" + line + "\n").status();
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << line;
    EXPECT_THAT(status.message(), HasSubstr("in.jsonl: line 2: ")) << line;
  }
  for (const std::string text :
       {"{\"x\": \"a@\"}", "{\"x\": 1}@{\"x\": 2}", "{\"x\": 1}@"}) {
    std::string nul = text;
    std::replace(nul.begin(), nul.end(), '@', '\0');
    EXPECT_THAT(Inspect(nul).status().message(), HasSubstr("in.jsonl: line 1: no JSON"));
  }
}

TEST(JsonlSource, ValuesThatDoNotGoTogetherNameLineAndColumn) {
  EXPECT_EQ(
      Types("{\"x\": 1}\n{\"x\": \"a\"}\n"),
      "in.jsonl: line 2: column 'x' is a string, on the lines before it was a number");
  EXPECT_EQ(Types("{\"x\": [{\"y\": 1}, {\"y\": []}]}\n"),
            "in.jsonl: line 1: column 'x[].y' is a list, on the lines before it was a "
            "number");
  EXPECT_EQ(Types("{\"x\": {\"y\": 1, \"y\": 2}}\n"),
            "in.jsonl: line 1: column 'x.y' stands twice in one object");
  EXPECT_EQ(Types("{\"x\": [{\"y\": 1}, {\"y\": 2}]}\n{\"x\": [{\"y\": 3}]}"),
            "x: list<item: struct<y: int64>>");
}

TEST(JsonlSource, ColumnsThatAreNotAskedForMayHoldAnything) {
  const std::string text =
      "{\"x\": 1, \"y\": 1}\n{\"y\": \"a\", \"x\": 2, \"z\": [{}]}\n";
  const InspectOptions options{.columns = {"x", "nowhere"}, .text_columns = {}};
  EXPECT_EQ(Types(text, options), "x: int64, y: null, z: null");
  const std::vector files = {Source("in.jsonl", text)};
  const auto table =
      ReadTable(Jsonl(), files, {.columns = {"x"}, .text_columns = {}}).ValueOrDie();
  EXPECT_TRUE(Flat(*table)->column(0)->Equals(FromJson(arrow::int64(), "[1, 2]")));
}

TEST(JsonlSource, NestingHasALimit) {
  const auto nested = [](size_t levels) {
    return "{\"x\": " + std::string(levels, '[') + std::string(levels, ']') + "}";
  };
  EXPECT_TRUE(ReadX(nested(50)).ok());
  EXPECT_THAT(Types(nested(200)), HasSubstr("is nested deeper than 100 levels"));
  EXPECT_THAT(Types(nested(1000000)), HasSubstr("is nested deeper than 100 levels"));
}

TEST(JsonlSource, FilesMeetInACommonType) {
  const auto common = [](const auto& a, const auto& b) {
    const auto type = Jsonl().CommonType(a, b);
    const auto turned = Jsonl().CommonType(b, a);
    EXPECT_EQ(type == nullptr, turned == nullptr);
    return type == nullptr ? "none" : type->ToString();
  };
  const std::shared_ptr<arrow::DataType> missing;
  EXPECT_EQ(common(arrow::int64(), missing), "int64");
  EXPECT_EQ(common(arrow::int64(), arrow::null()), "int64");
  EXPECT_EQ(common(arrow::int64(), arrow::uint64()), "uint64");
  EXPECT_EQ(common(arrow::float64(), arrow::uint64()), "double");
  EXPECT_EQ(common(arrow::utf8(), arrow::uint64()), "none");
  EXPECT_EQ(common(arrow::list(arrow::int64()), arrow::list(arrow::float64())),
            "list<item: double>");
  EXPECT_EQ(common(arrow::list(arrow::int64()), arrow::list(arrow::utf8())), "none");
  EXPECT_EQ(common(arrow::struct_({arrow::field("a", arrow::int64())}),
                   arrow::struct_({arrow::field("a", arrow::null())})),
            "struct<a: int64>");
}

TEST(JsonlSource, FilesOfDifferentTypesAreOneInput) {
  const std::vector files = {
      Source("a.jsonl", "{\"x\": 1, \"s\": {\"a\": 1}}\n"),
      Source("b.jsonl", "{\"x\": 0.5, \"y\": \"t\", \"s\": {\"b\": [2]}}\n"),
      Source("c.jsonl", ""), Source("d.jsonl", "{\"y\": null}\n")};
  const auto table =
      ReadTable(Jsonl(), files, {.columns = {"x", "y", "s"}, .text_columns = {}})
          .ValueOrDie();
  const auto rows = Flat(*table);
  EXPECT_TRUE(rows->column(0)->Equals(FromJson(arrow::float64(), "[1, 0.5, null]")));
  EXPECT_TRUE(rows->column(1)->Equals(FromJson(arrow::utf8(), R"([null, "t", null])")));
  EXPECT_TRUE(rows->column(2)->Equals(
      FromJson(arrow::struct_({arrow::field("a", arrow::int64()),
                               arrow::field("b", arrow::list(arrow::int64()))}),
               R"([{"a": 1}, {"b": [2]}, null])")));
}

TEST(JsonlSource, AWholeNumberIsNotBentByAnotherFilesFractions) {
  const std::vector files = {Source("a.jsonl", "{\"x\": [0.5, 1e300]}"),
                             Source("b.jsonl", "{\"x\": [9007199254740993]}")};
  const Status status = ReadTable(Jsonl(), files).status();
  EXPECT_TRUE(Is(status, ErrorKind::kSchemaMismatch)) << status;
  EXPECT_THAT(status.message(),
              HasSubstr("b.jsonl: 9007199254740993 is a whole number that "
                        "a double cannot hold"));
}

TEST(JsonlSource, ALineBeyondTheLimitIsRefusedAndOneBelowItIsRead) {
  const auto jsonl =
      MakeJsonlSource({.unit_bytes = 10, .block_bytes = 10, .most_record_bytes = 1000});
  const auto line = [](size_t n) { return "{\"x\": \"" + std::string(n, 'y') + "\"}\n"; };
  MemorySource fine("in.jsonl", line(900) + line(900));
  EXPECT_EQ(jsonl->Inspect(fine, {}).ValueOrDie().units.size(), 2u);
  MemorySource large("in.jsonl", line(1) + line(2000));
  EXPECT_THAT(
      jsonl->Inspect(large, {}).status().message(),
      HasSubstr("in.jsonl: the record that begins at byte 11 is longer than 1000 B"));
}

TEST(JsonlSource, AFileThatChangedIsRefused) {
  const auto schema = arrow::schema({arrow::field("x", arrow::int64())});
  const auto split =
      PlanFiles(Jsonl(), {Source("a", "{\"x\":1}\n{\"x\":2}\n")}).ValueOrDie()[0];
  for (const std::string text :
       {"{\"x\":1}\n{}{}{}\n\n\n", "{\"x\":1}\n", "{\"x\":1}\n       \n",
        "{\"x\":1}\n{\"x\":a}\n", "{\"x\":1}\n{\"x\":\"\"\n", "{\"x\":1}\n[\"x\",2]\n"}) {
    const Status status =
        ReadBatches(Jsonl(), split, {Source("a.jsonl", text)}, {.schema = schema})
            .status();
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << text << status;
    EXPECT_THAT(status.message(), HasSubstr("a.jsonl: "));
  }
}

TEST(JsonlSource, EveryCutGivesTheRowsThatWereWritten) {
  std::mt19937 random(20261122);
  for (int round = 0; round < 100; ++round) {
    std::string text;
    std::string expected = "[";
    for (auto rows = 1 + random() % 12; rows > 0; --rows) {
      const std::string value =
          random() % 4 == 0
              ? "null"
              : "\"" + std::string(random() % 30, '{') + std::to_string(random()) + "\"";
      while (random() % 4 == 0) text += random() % 2 == 0 ? "\n" : " \r\n";
      text += "{\"x\": " + value + (random() % 2 == 0 ? "}\n" : ", \"y\": [1]}\r\n");
      expected += (expected.size() > 1 ? "," : "") + value;
    }
    for (const int64_t bytes : {1, 20, 64, 10000}) {
      const auto jsonl = MakeJsonlSource({.unit_bytes = bytes, .block_bytes = bytes});
      const auto table = ReadTable(*jsonl, {Source("a", text)},
                                   {.columns = {"x"}, .text_columns = {}}, 1)
                             .ValueOrDie();
      if (table->schema()->field(0)->type()->id() == arrow::Type::NA) continue;
      ASSERT_TRUE(
          Flat(*table)->column(0)->Equals(FromJson(arrow::utf8(), expected + "]")))
          << text;
    }
  }
}

}  // namespace
}  // namespace howdah
