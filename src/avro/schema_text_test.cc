#include "avro/schema_text.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "avro/arrow_type.h"

namespace howdah {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::shared_ptr<arrow::Schema> One(std::shared_ptr<arrow::DataType> type,
                                   bool nullable = false) {
  return arrow::schema({arrow::field("x", std::move(type), nullable)});
}

/// What stands behind "type": of the one field.
std::string TypeOf(const std::shared_ptr<arrow::Schema>& schema) {
  const auto text = ToAvroSchema(*schema);
  EXPECT_TRUE(text.ok()) << text.status();
  const std::string head =
      R"({"type":"record","name":"row","namespace":"howdah","fields":[{"name":"x","type":)";
  EXPECT_THAT(text->json, StartsWith(head));
  return text->json.substr(head.size(), text->json.size() - head.size() - 3);
}

struct TypeCase {
  std::shared_ptr<arrow::DataType> type;
  const char* json;
  std::shared_ptr<arrow::DataType> stored;  // nullptr: type
};

std::vector<TypeCase> Types() {
  using namespace arrow;
  const auto required = [](const std::shared_ptr<DataType>& type) {
    return arrow::field("element", type, false);
  };
  return {
      {boolean(), R"("boolean")", nullptr},
      {int8(), R"("int")", int32()},
      {uint16(), R"("int")", int32()},
      {int32(), R"("int")", nullptr},
      {uint32(), R"("long")", int64()},
      {int64(), R"("long")", nullptr},
      {float32(), R"("float")", nullptr},
      {float64(), R"("double")", nullptr},
      {utf8(), R"("string")", nullptr},
      {large_utf8(), R"("string")", utf8()},
      {binary(), R"("bytes")", nullptr},
      {large_binary(), R"("bytes")", binary()},
      {fixed_size_binary(3), R"({"type":"fixed","name":"x","size":3})", nullptr},
      {date32(), R"({"type":"int","logicalType":"date"})", nullptr},
      {time32(TimeUnit::MILLI), R"({"type":"int","logicalType":"time-millis"})", nullptr},
      {time64(TimeUnit::MICRO), R"({"type":"long","logicalType":"time-micros"})",
       nullptr},
      {timestamp(TimeUnit::MICRO, "Europe/Berlin"),
       R"({"type":"long","logicalType":"timestamp-micros"})",
       timestamp(TimeUnit::MICRO, "UTC")},
      {timestamp(TimeUnit::MICRO),
       R"({"type":"long","logicalType":"local-timestamp-micros"})", nullptr},
      {timestamp(TimeUnit::MILLI, "UTC"),
       R"({"type":"long","logicalType":"timestamp-millis"})", nullptr},
      {timestamp(TimeUnit::MILLI),
       R"({"type":"long","logicalType":"local-timestamp-millis"})", nullptr},
      {decimal64(9, 2),
       R"({"type":"bytes","logicalType":"decimal","precision":9,"scale":2})",
       decimal128(9, 2)},
      {list(required(float32())), R"({"type":"array","items":"float"})", nullptr},
      {large_list(arrow::field("item", int64())),
       R"({"type":"array","items":["null","long"]})",
       list(arrow::field("element", int64()))},
      {fixed_size_list(required(float64()), 2), R"({"type":"array","items":"double"})",
       list(required(float64()))},
      {map(utf8(), int32()), R"({"type":"map","values":["null","int"]})", nullptr},
      {struct_({arrow::field("a", int32(), false)}),
       R"({"type":"record","name":"x","fields":[{"name":"a","type":"int"}]})", nullptr},
  };
}

TEST(AvroSchemaText, EachTypeIsWrittenAsTheSpecificationSaysAndReadsBack) {
  for (const TypeCase& c : Types()) {
    EXPECT_EQ(TypeOf(One(c.type)), c.json);
    const auto stored = One(c.stored != nullptr ? c.stored : c.type);
    const AvroSchemaText text = ToAvroSchema(*One(c.type)).ValueOrDie();
    EXPECT_TRUE(text.stored->Equals(*stored)) << text.stored->ToString();
    const auto back = FromAvroSchema(text.json);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_TRUE((*back)->Equals(*stored)) << (*back)->ToString();
  }
}

TEST(AvroSchemaText, ANullableFieldIsAUnionWhoseDefaultIsNull) {
  EXPECT_EQ(TypeOf(One(arrow::int64(), true)), R"(["null","long"],"default":null)");
}

TEST(AvroSchemaText, AFieldIdHasTheNameThatIcebergGivesIt) {
  const auto with = [](const char* id) {
    const auto field =
        arrow::field("x", arrow::int32(), false,
                     arrow::key_value_metadata({"PARQUET:field_id"}, {id}));
    return TypeOf(arrow::schema({field}));
  };
  EXPECT_EQ(with("7"), R"("int","field-id":7)");
  EXPECT_EQ(with("x"), R"("int")");
}

TEST(AvroSchemaText, ADecimalOfFixedWidthAndAnEnumReadAsWhatTheyAre) {
  const auto schema = FromAvroSchema(
      R"({"type":"record","name":"r","fields":[
          {"name":"d","type":{"type":"fixed","name":"f","size":5,"logicalType":"decimal",
                              "precision":10,"scale":1}},
          {"name":"e","type":{"type":"enum","name":"n.e","symbols":["a"]}},
          {"name":"again","type":["n.e","null"]},
          {"name":"unknown","type":{"type":"string","logicalType":"uuid"}}]})");
  ASSERT_TRUE(schema.ok()) << schema.status();
  EXPECT_TRUE((*schema)->Equals(*arrow::schema(
      {arrow::field("d", arrow::decimal128(10, 1), false),
       arrow::field("e", arrow::utf8(), false), arrow::field("again", arrow::utf8()),
       arrow::field("unknown", arrow::utf8(), false)})))
      << (*schema)->ToString();
}

TEST(AvroSchemaText, TypesAtDifferentPathsHaveDifferentNames) {
  const auto inner = arrow::struct_({arrow::field("f", arrow::fixed_size_binary(1))});
  const auto text = ToAvroSchema(
      *arrow::schema({arrow::field("a", arrow::struct_({arrow::field("b", inner)})),
                      arrow::field("a_b", inner), arrow::field("row", inner)}));
  ASSERT_TRUE(text.ok()) << text.status();
  for (const char* name : {R"("name":"a_b","fields")", R"("name":"a_b_2","fields")",
                           R"("name":"row_2","fields")"}) {
    EXPECT_THAT(text->json, HasSubstr(name));
  }
  EXPECT_TRUE(FromAvroSchema(text->json).ok());
}

TEST(AvroSchemaText, WhatFieldsKnowOfThemselvesIsKept) {
  const auto metadata = arrow::key_value_metadata({"howdah.source", "tensor.shape"},
                                                  {"Dense/out:0", "2,-1"});
  const auto text = ToAvroSchema(*arrow::schema({arrow::field(
      "dense_out_0", arrow::list(arrow::field("element", arrow::float32(), false)), false,
      metadata)}));
  EXPECT_THAT(text->json,
              HasSubstr(R"("doc":"Dense/out:0","howdah.source":"Dense/out:0",)"
                        R"("tensor.shape":[2,-1])"));
}

TEST(AvroSchemaText, NamesThatAvroDoesNotAllowAreMadeLegal) {
  const auto text =
      ToAvroSchema(*One(arrow::struct_({arrow::field("First Näme", arrow::int32()),
                                        arrow::field("2nd", arrow::int32())})));
  EXPECT_THAT(text->json, HasSubstr(R"("name":"First_N_me")"));
  EXPECT_THAT(text->json, HasSubstr(R"("name":"_2nd")"));
  const auto twice = ToAvroSchema(*One(arrow::struct_(
      {arrow::field("a b", arrow::int32()), arrow::field("a_b", arrow::int32())})));
  EXPECT_TRUE(Is(twice.status(), ErrorKind::kSchemaMismatch));
  EXPECT_THAT(twice.status().message(), HasSubstr("'x.a_b'"));
}

TEST(AvroSchemaText, WhatAvroDoesNotHoldIsRefusedByName) {
  using namespace arrow;
  for (const auto& type :
       {uint64(), float16(), timestamp(TimeUnit::NANO), timestamp(TimeUnit::SECOND),
        time64(TimeUnit::NANO), time32(TimeUnit::SECOND), date64(), null(),
        duration(TimeUnit::MICRO), decimal128(5, -1), decimal256(39, 0), struct_({}),
        map(int32(), int32()), dictionary(int32(), utf8())}) {
    const auto nested = struct_({arrow::field("inner", list(type))});
    const Status status = ToAvroSchema(*One(nested)).status();
    EXPECT_TRUE(Is(status, ErrorKind::kSchemaMismatch)) << type->ToString();
    EXPECT_THAT(status.message(), HasSubstr("x.inner"));
  }
  EXPECT_TRUE(Is(ToAvroSchema(*arrow::schema({})).status(), ErrorKind::kSchemaMismatch));
}

TEST(AvroSchemaText, HostileSchemasAreRefused) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += R"({"type":"array","items":)";
  const auto record = [](const std::string& type) {
    return R"({"type":"record","name":"r","fields":[{"name":"x","type":)" + type + "}]}";
  };
  for (const std::string& json :
       {std::string(), std::string("{"), std::string("3"), std::string("\"int\""), deep,
        deep + "\"int\"" + std::string(100'000, '}'), record("\"r\""), record("\"s\""),
        record("null"), record("[]"), record(R"(["int","long"])"),
        record(R"(["null","int","long"])"), record(R"("null")"),
        record(R"({"type":"fixed","name":"f"})"), record(R"({"type":"array"})"),
        record(R"({"type":"record","name":"q","fields":[{"name":"y"}]})"),
        std::string(R"({"type":"record","name":"r"})")}) {
    EXPECT_FALSE(FromAvroSchema(json).ok()) << json.substr(0, 100);
  }
}

TEST(SchemaText, WhatIsNestedAsDeepAsCanBeIsReadBack) {
  auto type = arrow::int64();
  for (size_t level = 1; level < kMostAvroLevels; ++level) {
    type = arrow::struct_({arrow::field("f", type)});
  }
  const auto text = ToAvroSchema(*One(type, true)).ValueOrDie();
  EXPECT_TRUE(FromAvroSchema(text.json).ValueOrDie()->Equals(*text.stored));
  const Status deeper = ToAvroSchema(*One(arrow::list(type), true)).status();
  EXPECT_TRUE(Is(deeper, ErrorKind::kSchemaMismatch));
  EXPECT_THAT(deeper.message(), HasSubstr("nested deeper than 64"));
}

}  // namespace
}  // namespace howdah
