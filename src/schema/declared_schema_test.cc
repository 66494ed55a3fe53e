#include "schema/declared_schema.h"

#include "schema/test_data.h"

namespace howdah {
namespace {

/// A record with one field "x" of `type` (JSON), and more properties.
std::string RecordWith(const std::string& type, const std::string& more = "") {
  return R"({"type": "record", "name": "r", "fields": [{"name": "x", "type": )" + type +
         more + "}]}";
}

Result<DeclaredSchema> Parse(const std::string& text) {
  return ParseAvroSchema(text, "churn.avsc");
}

TEST(AvroSchema, MapsEveryType) {
  using arrow::TimeUnit;
  const auto nullable = [](const TypePtr& type) {
    return arrow::list(arrow::field("element", type, true));
  };
  struct Case {
    const char* json;
    TypePtr type;
    bool nullable = false;
  };
  const Case cases[] = {
      {R"("boolean")", arrow::boolean()},
      {R"("int")", arrow::int32()},
      {R"("long")", arrow::int64()},
      {R"("float")", arrow::float32()},
      {R"("double")", arrow::float64()},
      {R"("bytes")", arrow::binary()},
      {R"("string")", arrow::utf8()},
      {R"({"type": "string"})", arrow::utf8()},
      {R"({"type": {"type": "int"}})", arrow::int32()},
      {R"(["null", "float"])", arrow::float32(), true},
      {R"(["float", "null"])", arrow::float32(), true},
      {R"(["float"])", arrow::float32(), false},
      {R"({"type": "enum", "name": "e", "symbols": ["A", "B"]})", arrow::utf8()},
      {R"({"type": "fixed", "name": "f", "size": 16})", arrow::fixed_size_binary(16)},
      {R"({"type": "array", "items": "float"})", ListOf(arrow::float32())},
      {R"({"type": "array", "items": ["null", "float"]})", nullable(arrow::float32())},
      {R"({"type": "array", "items": {"type": "array", "items": "int"}})",
       ListOf(ListOf(arrow::int32()))},
      {R"({"type": "map", "values": ["null", "long"]})",
       arrow::map(arrow::utf8(), arrow::field("value", arrow::int64(), true))},
      {R"({"type": "record", "name": "p", "fields": [{"name": "X", "type": "int"}]})",
       arrow::struct_({arrow::field("X", arrow::int32(), false)})},
      {R"({"type": "int", "logicalType": "date"})", arrow::date32()},
      {R"({"type": "int", "logicalType": "time-millis"})",
       arrow::time32(TimeUnit::MILLI)},
      {R"({"type": "long", "logicalType": "time-micros"})",
       arrow::time64(TimeUnit::MICRO)},
      {R"({"type": "long", "logicalType": "timestamp-millis"})",
       arrow::timestamp(TimeUnit::MICRO, "UTC")},
      {R"({"type": "long", "logicalType": "timestamp-micros"})",
       arrow::timestamp(TimeUnit::MICRO, "UTC")},
      {R"(["null", {"type": "long", "logicalType": "local-timestamp-micros"}])",
       arrow::timestamp(TimeUnit::MICRO), true},
      {R"({"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": 4})",
       arrow::decimal128(38, 4)},
      {R"({"type": "fixed", "name": "f", "size": 4, "logicalType": "decimal",
          "precision": 9})",
       arrow::decimal128(9, 0)},
      {R"({"type": "string", "logicalType": "uuid"})", arrow::utf8()},
      // Logical types that are unknown, or not of this type, are ignored.
      {R"({"type": "long", "logicalType": "date"})", arrow::int64()},
      {R"({"type": "long", "logicalType": "furlongs"})", arrow::int64()},
      {R"({"type": "int", "logicalType": 7})", arrow::int32()},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.json);
    const auto schema = Parse(RecordWith(c.json));
    ASSERT_TRUE(schema.ok()) << schema.status().message();
    ASSERT_EQ(schema->fields.size(), 1u);
    EXPECT_TRUE(schema->fields[0].type->Equals(c.type, true))
        << schema->fields[0].type->ToString();
    EXPECT_EQ(schema->fields[0].nullable, c.nullable);
  }
}

TEST(AvroSchema, ReadsNamesDocAndProperties) {
  const auto schema = Parse(R"({
    "type": "record", "name": "Churn", "namespace": "org.example", "doc": "scores",
    "aliases": ["Old"],
    "fields": [
      {"name": "customer_id", "type": "long", "doc": "the key", "default": "wrong"},
      {"name": "score", "type": ["null", "float"], "default": null,
       "tensor.source": "output_0", "tensor.round": true, "field-id": 2147483647}
    ]})");
  ASSERT_TRUE(schema.ok()) << schema.status().message();
  EXPECT_EQ(schema->name, "org.example.Churn");
  EXPECT_EQ(schema->doc, "scores");
  EXPECT_EQ(schema->fields[0].name, "customer_id");
  EXPECT_EQ(schema->fields[0].doc, "the key");
  EXPECT_FALSE(schema->fields[0].tensor_source);
  EXPECT_FALSE(schema->fields[0].round);
  EXPECT_EQ(schema->fields[1].tensor_source, "output_0");
  EXPECT_TRUE(schema->fields[1].round);
  EXPECT_TRUE(schema->fields[1].nullable);
  EXPECT_EQ(schema->fields[0].field_id, std::nullopt);
  EXPECT_EQ(schema->fields[1].field_id, 2147483647);
}

TEST(AvroSchema, RefersToNamesInTheirNamespace) {
  const auto schema = Parse(R"({
    "type": "record", "name": "r", "namespace": "a.b", "fields": [
      {"name": "one", "type": {"type": "fixed", "name": "key", "size": 4}},
      {"name": "two", "type": "key"},
      {"name": "three", "type": "a.b.key"},
      {"name": "four", "type": {"type": "enum", "name": "c.key", "symbols": ["A"]}},
      {"name": "five", "type": ["null", "c.key"]},
      {"name": "six", "type": {"type": "record", "name": "d.inner", "fields": [
        {"name": "e", "type": {"type": "fixed", "name": "key", "size": 8}}]}},
      {"name": "seven", "type": "d.key"}
    ]})");
  ASSERT_TRUE(schema.ok()) << schema.status().message();
  const auto& fields = schema->fields;
  EXPECT_TRUE(fields[1].type->Equals(arrow::fixed_size_binary(4)));
  EXPECT_TRUE(fields[2].type->Equals(arrow::fixed_size_binary(4)));
  EXPECT_TRUE(fields[4].type->Equals(arrow::utf8()));
  EXPECT_TRUE(fields[4].nullable);
  EXPECT_TRUE(fields[6].type->Equals(arrow::fixed_size_binary(8)));
}

TEST(AvroSchema, NamesWhatDoesNotLand) {
  struct Case {
    std::string text;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {R"("long")", {"expected an Avro record", R"("long")"}},
      {R"({"type": "array", "items": "int"})", {"expected an Avro record"}},
      {RecordWith(R"("null")"), {"field 'x'", "null alone"}},
      {RecordWith(R"(["null"])"), {"field 'x'", R"(the union ["null"])"}},
      {RecordWith("[]"), {"the union []"}},
      {RecordWith(R"(["int", "string"])"), {"field 'x'", R"(["int","string"])"}},
      {RecordWith(R"(["null", "int", "string"])"), {"cannot land"}},
      {RecordWith(R"(["null", "r"])"), {"field 'x'", "'r' holds itself"}},
      {RecordWith(R"({"type": "array", "items": "r"})"), {"'r' holds itself"}},
      {RecordWith(R"({"type": "record", "name": "p", "fields": []})"),
       {"field 'x'", "without fields"}},
      {R"({"type": "record", "name": "r", "fields": []})", {"'r' has no fields"}},
      {R"({"type": "record", "name": "r", "fields": [{"name": "x", "type": "int"},
          {"name": "x", "type": "int"}]})",
       {"field 'x'", "declared twice"}},
      {R"({"type": "record", "name": "r", "fields": [{"name": "Score", "type": "int"}]})",
       {"field 'Score'", "lower case", "call it 'score'"}},
      {RecordWith(R"({"type": "bytes", "logicalType": "decimal", "precision": 39})"),
       {"39 digits", "at most 38"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    auto parts = c.parts;
    parts.push_back("churn.avsc: ");
    ExpectError(Parse(c.text), ErrorKind::kSchemaMismatch, parts);
  }
}

TEST(AvroSchema, NamesWhatIsNoSchema) {
  struct Case {
    std::string text;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {"", {"line 1: not JSON"}},
      {"{\n\"type\": record}", {"line 2: not JSON"}},
      {"{\"type\": \"\xFF\"}", {"not JSON"}},
      {"7", {"expected an Avro record"}},
      {"{}", {"expected an Avro record", "{}"}},
      {R"({"type": "record", "fields": []})", {"expected a \"name\""}},
      {R"({"type": "record", "name": "9", "fields": []})", {"\"name\" of letters"}},
      {R"({"type": "record", "name": "r"})", {"list of \"fields\""}},
      {R"({"type": "record", "name": "r", "namespace": 3, "fields": []})",
       {"\"namespace\""}},
      {R"({"type": "record", "name": "r", "fields": [7]})", {"a field with a \"name\""}},
      {R"({"type": "record", "name": "r", "fields": [{"name": "a.b", "type": "int"}]})",
       {"a field with a \"name\"", "a.b"}},
      {R"({"type": "record", "name": "r", "fields": [{"name": "x"}]})",
       {"field 'x'", "a \"type\""}},
      {RecordWith(R"("flaot")"), {"field 'x'", "a type of Avro", "flaot"}},
      {RecordWith(R"("fixed")"), {"field 'x'", "a type of Avro"}},
      {RecordWith("3"), {"field 'x'", "expected a type"}},
      {RecordWith("{}"), {"an object with a \"type\""}},
      {RecordWith(R"({"type": "array"})"), {"\"array\" with \"items\""}},
      {RecordWith(R"({"type": "map"})"), {"\"map\" with \"values\""}},
      {RecordWith(R"({"type": "fixed", "name": "f", "size": 0})"), {"\"size\" from 1"}},
      {RecordWith(R"({"type": "fixed", "name": "f", "size": -1})"), {"\"size\" from 1"}},
      {RecordWith(R"({"type": "fixed", "name": "f", "size": 4294967296})"),
       {"\"size\" from 1"}},
      {RecordWith(R"({"type": "enum", "name": "e"})"), {"\"symbols\""}},
      {RecordWith(R"({"type": "enum", "name": "e", "symbols": ["A", "A"]})"),
       {"different names"}},
      {RecordWith(R"({"type": "bytes", "logicalType": "decimal"})"), {"\"precision\""}},
      {RecordWith(R"({"type": "bytes", "logicalType": "decimal", "precision": 2,
                  "scale": 3})"),
       {"\"scale\" from 0"}},
      {RecordWith(R"({"type": "fixed", "name": "f", "size": 4, "logicalType": "decimal",
                  "precision": 10})"),
       {"does not fit fixed(4)"}},
      {RecordWith(R"({"type": "fixed", "name": "r", "size": 4})"),
       {"'r' is defined twice"}},
      {RecordWith(R"(["null", {"type": ["null", "int"]}])"), {"no union inside a union"}},
      {RecordWith(R"("int")", R"(, "tensor.source": 3)"), {"'x'", "\"tensor.source\""}},
      {RecordWith(R"("int")", R"(, "tensor.round": "yes")"), {"'x'", "\"tensor.round\""}},
      {RecordWith(R"("int")", R"(, "doc": {})"), {"'x'", "\"doc\""}},
      {RecordWith(R"("int")", R"(, "field-id": -1)"), {"'x'", "\"field-id\"", "-1"}},
      {RecordWith(R"("int")", R"(, "field-id": 2147483648)"),
       {"'x'", "from 0 to 2^31-1"}},
      {RecordWith(R"("int")", R"(, "field-id": "7")"), {"'x'", "\"field-id\""}},
      {RecordWith(R"({"type": "array", "items": "int"})",
                  R"(, "tensor.shape": [18446744073709551615])"),
       {"'x'", "\"tensor.shape\"", "18446744073709551615"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    auto parts = c.parts;
    parts.push_back("churn.avsc: ");
    const auto schema = Parse(c.text);
    ExpectError(schema, ErrorKind::kInvalidInput, parts);
    EXPECT_EQ(schema.status().message().find('\n'), std::string::npos);
  }
}

TEST(AvroSchema, IsSafeOnHostileText) {
  const auto repeat = [](const std::string& text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += text;
    return result;
  };
  ExpectError(Parse(repeat("[", 100'000)), ErrorKind::kInvalidInput, {"brackets"});
  ExpectError(Parse(repeat(R"({"type":)", 100'000)), ErrorKind::kInvalidInput,
              {"brackets"});
  ExpectError(Parse(std::string(5 << 20, ' ')), ErrorKind::kInvalidInput, {"bytes"});
  ExpectError(Parse(RecordWith(repeat(R"({"type": "array", "items": )", 80) + R"("int")" +
                               repeat("}", 80))),
              ErrorKind::kSchemaMismatch, {"nested deeper than 64"});
  // Each record holds the last one twice: 2^40 fields, were they counted out.
  std::string fields =
      R"({"name": "f0", "type": {"type": "record", "name": "r0", "fields":
      [{"name": "a", "type": "int"}]}})";
  for (int i = 1; i < 40; ++i) {
    fields += fmt::format(
        R"(, {{"name": "f{0}", "type": {{"type": "record", "name": "r{0}", "fields":
           [{{"name": "a", "type": "r{1}"}}, {{"name": "b", "type": "r{1}"}}]}}}})",
        i, i - 1);
  }
  ExpectError(Parse(R"({"type": "record", "name": "r", "fields": [)" + fields + "]}"),
              ErrorKind::kSchemaMismatch, {"more than 10000 types"});
}

}  // namespace
}  // namespace howdah
