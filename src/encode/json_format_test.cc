#include "encode/json_format.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "encode/text_test_files.h"

namespace howdah {
namespace {

using arrow::field;
using testing::HasSubstr;

std::string Json(const std::shared_ptr<arrow::DataType>& type, const std::string& json,
                 TextOptions text = {}) {
  return TextOf("json", type, json, std::move(text)).ValueOrDie();
}

std::shared_ptr<arrow::RecordBatch> Shaped(const std::string& shape,
                                           const std::string& json) {
  const auto type = arrow::list(arrow::int32());
  const auto metadata = arrow::key_value_metadata({"tensor.shape"}, {shape});
  return Batch({field("t", type, false, metadata)}, {FromJson(type, json)});
}

TEST(Json, EachRowIsAnObjectOnALine) {
  const auto batch = Batch({field("id", arrow::int64()), field("p", arrow::float32()),
                            field("s", arrow::utf8()), field("b", arrow::boolean())},
                           {FromJson(arrow::int64(), "[9007199254740993, null]"),
                            FromJson(arrow::float32(), "[0.1, -0.0]"),
                            FromJson(arrow::utf8(), R"(["x", null])"),
                            FromJson(arrow::boolean(), "[true, false]")});
  EXPECT_EQ(TryEncodeText("json", {batch}, PlainText()).ValueOrDie(),
            "{\"id\":9007199254740993,\"p\":0.1,\"s\":\"x\",\"b\":true}\n"
            "{\"id\":null,\"p\":-0.0,\"s\":null,\"b\":false}\n");
}

// RFC 8259, section 7.
TEST(Json, TextIsEscapedWhereItMustBeAndNowhereElse) {
  EXPECT_EQ(Json(arrow::utf8(), R"(["\"\\\b\f\n\r\t\u0000\u001f\u007f/ü\u2028😀"])"),
            "{\"c\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\x7f/ü\xe2\x80\xa8😀\"}\n");
}

TEST(Json, NaNAndInfinitiesAreRefusedWithColumnAndRow) {
  for (const auto& [json, name] :
       {std::pair("[1, NaN]", "NaN"), std::pair("[1, -Inf]", "-Infinity")}) {
    for (const auto& type : {arrow::float32(), arrow::float64()}) {
      const Status status = TextOf("json", type, json).status();
      EXPECT_TRUE(Is(status, ErrorKind::kInvalidInput));
      EXPECT_EQ(status.message(),
                std::string("column 'c', row 1 of the file: it holds ") + name +
                    ", which is no number in JSON: set checks.nan to \"null\" or "
                    "\"string\"");
    }
  }
  EXPECT_THAT(TextOf("json", arrow::list(arrow::float32()), "[[1], [2, NaN], [3]]")
                  .status()
                  .message(),
              HasSubstr("column 'c', row 1 of the file: it holds NaN"));
}

TEST(Json, NaNCanBeAString) {
  EXPECT_EQ(
      Json(arrow::float32(), "[NaN, Inf, -Inf, 1.5]", {.nan_as_string = true}),
      "{\"c\":\"NaN\"}\n{\"c\":\"Infinity\"}\n{\"c\":\"-Infinity\"}\n{\"c\":1.5}\n");
}

TEST(Json, NestedValuesAreArraysAndObjects) {
  EXPECT_EQ(Json(arrow::list(arrow::float32()), "[[0.5, null], [], null]"),
            "{\"c\":[0.5,null]}\n{\"c\":[]}\n{\"c\":null}\n");
  EXPECT_EQ(Json(arrow::fixed_size_list(arrow::int8(), 2), "[[1, 2]]"),
            "{\"c\":[1,2]}\n");
  EXPECT_EQ(
      Json(arrow::struct_({field("a\"b", arrow::int8()), field("l", arrow::utf8())}),
           R"([[1, "x"], null])"),
      "{\"c\":{\"a\\\"b\":1,\"l\":\"x\"}}\n{\"c\":null}\n");
  EXPECT_EQ(
      Json(arrow::map(arrow::utf8(), arrow::int8()), R"([[["a", 1], ["b", null]]])"),
      "{\"c\":{\"a\":1,\"b\":null}}\n");
  EXPECT_EQ(Json(arrow::map(arrow::int32(), arrow::int8()), "[[[7, 1]], []]"),
            "{\"c\":{\"7\":1}}\n{\"c\":{}}\n");
}

TEST(Json, TensorsAreNestedByTheirShape) {
  EXPECT_EQ(TryEncodeText("json", {Shaped("2,3", "[[1, 2, 3, 4, 5, 6]]")}, PlainText())
                .ValueOrDie(),
            "{\"t\":[[1,2,3],[4,5,6]]}\n");
  EXPECT_EQ(
      TryEncodeText("json", {Shaped("-1,2", "[[1, 2], [1, 2, 3, 4], []]")}, PlainText())
          .ValueOrDie(),
      "{\"t\":[[1,2]]}\n{\"t\":[[1,2],[3,4]]}\n{\"t\":[]}\n");
  EXPECT_EQ(TryEncodeText("json", {Shaped("2,1,2", "[[1, 2, 3, 4]]")}, PlainText())
                .ValueOrDie(),
            "{\"t\":[[[1,2]],[[3,4]]]}\n");
  EXPECT_EQ(TryEncodeText("json", {Shaped("2,0", "[[]]")}, PlainText()).ValueOrDie(),
            "{\"t\":[[],[]]}\n");
  EXPECT_THAT(TryEncodeText("json", {Shaped("2,3", "[[1, 2, 3, 4]]")}, PlainText())
                  .status()
                  .message(),
              HasSubstr("holds a list of 4 elements, which is not of its tensor.shape"));
}

TEST(Json, AShapeOfNothingCannotFillTheMemory) {
  const auto status =
      TryEncodeText("json", {Shaped("2000000000,2000000000,0", "[[]]")}, PlainText());
  EXPECT_FALSE(status.ok());
}

TEST(Json, TimesDecimalsAndBinaryAreStrings) {
  EXPECT_EQ(Json(arrow::date32(), "[0]"), "{\"c\":\"1970-01-01\"}\n");
  EXPECT_EQ(Json(arrow::timestamp(arrow::TimeUnit::MILLI, "UTC"), "[1]"),
            "{\"c\":\"1970-01-01T00:00:00.001Z\"}\n");
  EXPECT_EQ(Json(arrow::decimal128(4, 1), R"(["-0.5"])"), "{\"c\":\"-0.5\"}\n");
  EXPECT_EQ(Json(arrow::binary(), R"(["foob", ""])"),
            "{\"c\":\"Zm9vYg==\"}\n{\"c\":\"\"}\n");
}

TEST(Json, AKeyTwiceInAMapIsRefused) {
  EXPECT_THAT(TextOf("json", arrow::map(arrow::utf8(), arrow::int8()),
                     R"([[["a", 1], ["a", 2]]])")
                  .status()
                  .message(),
              HasSubstr("holds a map with the key \"a\" twice"));
}

TEST(Json, AFileWithoutRowsIsEmptyAndReadsBack) {
  EXPECT_EQ(Json(arrow::int8(), "[]"), "");
  MemorySource source("");
  EXPECT_EQ(FindFormat("json")->ReadBack(source, PlainText()).ValueOrDie().rows, 0);
}

TEST(Json, ALineThatIsCutIsCorruption) {
  const std::string whole = Json(arrow::utf8(), R"(["a", "bc"])");
  for (size_t length = 1; length < whole.size(); ++length) {
    if (whole[length - 1] == '\n') continue;
    MemorySource source(whole.substr(0, length));
    EXPECT_TRUE(Is(FindFormat("json")->ReadBack(source, PlainText()).status(),
                   ErrorKind::kCorruption));
  }
}

TEST(Json, LargeTextsTakeAboutTheirOwnSize) {
  arrow::StringBuilder builder;
  ASSERT_TRUE(builder.Append(std::string(8 << 20, 'x') + "\"").ok());
  const auto batch = Batch({field("c", arrow::utf8())}, {builder.Finish().ValueOrDie()});
  MemorySink sink;
  arrow::ProxyMemoryPool pool(arrow::default_memory_pool());
  EncoderOptions options = PlainText();
  options.pool = &pool;
  auto encoder =
      FindFormat("json")->MakeEncoder(batch->schema(), &sink, options).ValueOrDie();
  ASSERT_TRUE(encoder->Write(*batch).ok());
  EXPECT_LT(pool.max_memory(), 10 << 20);
  ASSERT_TRUE(encoder->Close().ok());
  EXPECT_EQ(nlohmann::json::parse(sink.bytes)["c"].get<std::string>().size(),
            (8u << 20) + 1);
}

}  // namespace
}  // namespace howdah
