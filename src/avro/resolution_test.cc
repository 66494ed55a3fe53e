#include "avro/resolution.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "avro/arrow_type.h"

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The column of a record's field `x`, by the text of its type and what follows it.
std::shared_ptr<arrow::Field> Column(const std::string& type, const std::string& more) {
  const auto schema = AvroSchema::Parse(R"({"type": "record", "name": "r", "fields": [
                            {"name": "x", "type": )" +
                                            type + more + "}]}",
                                        AvroSchema::Names::kAny)
                          .ValueOrDie();
  const AvroField& field = schema.record().fields.front();
  const auto column =
      ColumnTypeOf(*field.type, "x", {.verb = "", .nanos = true, .resolution = true})
          .ValueOrDie();
  return arrow::field("x", column.type, column.nullable, ResolutionOf(field));
}

std::string DefaultOf(const std::string& type, const std::string& json) {
  const auto column = Column(type, R"(, "default": )" + json);
  if (!HasAvroDefault(*column)) return "none";
  const auto value = AvroDefault(*column);
  return value.ok() ? (*value)->ToString() : value.status().message();
}

TEST(AvroResolution, DefaultsAreValuesOfTheirColumns) {
  EXPECT_EQ(DefaultOf(R"("boolean")", "true"), "true");
  EXPECT_EQ(DefaultOf(R"("int")", "-7"), "-7");
  EXPECT_EQ(DefaultOf(R"("long")", "9007199254740993"), "9007199254740993");
  EXPECT_EQ(DefaultOf(R"("float")", "0.5"), "0.5");
  EXPECT_EQ(DefaultOf(R"("double")", "3"), "3");
  EXPECT_EQ(DefaultOf(R"("string")", R"("a \"quote\"\n")"), "a \"quote\"\n");
  EXPECT_EQ(DefaultOf(R"(["null", "string"])", "null"), "null");
  EXPECT_EQ(DefaultOf(R"(["long", "null"])", "4"), "4");
  EXPECT_EQ(
      DefaultOf(R"({"type": "enum", "name": "e", "symbols": ["A", "B"]})", R"("B")"),
      "B");
  EXPECT_EQ(DefaultOf(R"({"type": "long", "logicalType": "timestamp-millis"})", "1"),
            "1970-01-01 00:00:00.001000Z");
  EXPECT_EQ(DefaultOf(R"({"type": "int", "logicalType": "date"})", "1"), "1970-01-02");
  EXPECT_EQ(DefaultOf(R"({"type": "bytes", "logicalType": "decimal", "precision": 5,
                          "scale": 2})",
                      R"("\u00ff\u0085")"),
            "-1.23");
}

TEST(AvroResolution, DefaultsOfBytesAreTheirCodePointsOfAscii) {
  const auto column = Column(R"("bytes")", R"(, "default": "a\u0000\u007f")");
  const auto value = AvroDefault(*column).ValueOrDie();
  EXPECT_EQ(static_cast<const arrow::BinaryScalar&>(*value).view(),
            std::string_view("a\0\x7f", 3));
  EXPECT_EQ(DefaultOf(R"("bytes")", R"("\u0080")"), "none");
}

TEST(AvroResolution, DefaultsHaveParts) {
  const auto column = Column(
      R"({"type": "record", "name": "p", "fields": [
            {"name": "a", "type": "int", "default": 5},
            {"name": "b", "type": {"type": "array", "items": "long"}},
            {"name": "c", "type": {"type": "map", "values": ["null", "string"]}}]})",
      R"(, "default": {"b": [1, 2], "c": {"k": null}})");
  const auto value = AvroDefault(*column).ValueOrDie();
  const auto& parts = static_cast<const arrow::StructScalar&>(*value).value;
  EXPECT_EQ(parts[0]->ToString(), "5");
  EXPECT_THAT(parts[1]->ToString(), HasSubstr("[1, 2]"));
  EXPECT_THAT(parts[2]->ToString(), HasSubstr("null"));
  EXPECT_TRUE(HasAvroDefault(*column->type()->field(0))) << "fields inside have theirs";
}

TEST(AvroResolution, WhatIsNoValueOfTheTypeIsNoDefault) {
  EXPECT_EQ(DefaultOf(R"("int")", "2147483648"), "none");
  EXPECT_EQ(DefaultOf(R"("long")", "9223372036854775808"), "none");
  EXPECT_EQ(DefaultOf(R"("long")", "1.5"), "none");
  EXPECT_EQ(DefaultOf(R"("string")", "null"), "none");
  EXPECT_EQ(DefaultOf(R"(["null", "int"])", R"("x")"), "none");
  EXPECT_EQ(DefaultOf(R"({"type": "enum", "name": "e", "symbols": ["A"]})", R"("C")"),
            "none");
  EXPECT_EQ(DefaultOf(R"({"type": "fixed", "name": "f", "size": 2})", R"("abc")"),
            "none");
  EXPECT_EQ(DefaultOf(R"("bytes")", R"("\u0100")"), "none");
  EXPECT_EQ(DefaultOf(R"("string")", fmt::format("\"{:5000}\"", "")), "none");
  EXPECT_FALSE(HasAvroDefault(*Column(R"("int")", "")));
}

TEST(AvroResolution, ARecordWhoseDefaultHoldsItselfHasNone) {
  const auto schema = AvroSchema::Parse(R"({"type": "record", "name": "r", "fields": [
          {"name": "x", "type": "r", "default": {}}]})",
                                        AvroSchema::Names::kAny)
                          .ValueOrDie();
  EXPECT_EQ(ResolutionOf(schema.record().fields.front()), nullptr);
}

TEST(AvroResolution, ADefaultIsReadAsTheWiderTypeOfOtherFiles) {
  const auto column = Column(R"("int")", R"(, "default": 3)");
  const auto wider = AvroDefault(*column->WithType(arrow::float64())).ValueOrDie();
  EXPECT_TRUE(wider->Equals(arrow::DoubleScalar(3)));
  const auto text = AvroDefault(*column->WithType(arrow::utf8()));
  ASSERT_TRUE(Is(text.status(), ErrorKind::kSchemaMismatch)) << text.status();
  EXPECT_THAT(text.status().message(),
              HasSubstr("has the default 3, which is no string"));
}

TEST(AvroResolution, FieldsAreFoundByNameThenByAliasesOfBoth) {
  const auto schema = AvroSchema::Parse(R"({"type": "record", "name": "r", "fields": [
          {"name": "a", "type": "int", "aliases": ["b", "c"]},
          {"name": "b", "type": "int"}]})",
                                        AvroSchema::Names::kAny)
                          .ValueOrDie();
  const auto found = [&](const arrow::Field& column) -> std::string {
    const AvroField* const field = FindAvroField(schema.record(), column);
    return field == nullptr ? "none" : field->name;
  };
  const auto named = [](const char* name) { return arrow::field(name, arrow::int32()); };
  EXPECT_EQ(found(*named("b")), "b");
  EXPECT_EQ(found(*named("c")), "a");
  EXPECT_EQ(found(*named("d")), "none");
  const auto x = Column(R"("int")", R"(, "aliases": ["y", "b"])");
  EXPECT_THAT(AvroAliases(*x), ElementsAre("y", "b"));
  EXPECT_EQ(found(*x), "b");
}

}  // namespace
}  // namespace howdah
