#include "schema/spark_ddl.h"

#include "schema/landing.h"
#include "schema/test_data.h"

namespace howdah {
namespace {

Result<DeclaredSchema> Parse(const std::string& text) {
  return ParseSparkDdl(text, "output.schema");
}

TypePtr TypeOf(const std::string& text) {
  const auto schema = Parse("c " + text);
  EXPECT_TRUE(schema.ok()) << schema.status().message();
  return schema.ok() ? schema->fields.at(0).type : arrow::null();
}

TEST(SparkDdl, ReadsEachType) {
  using arrow::TimeUnit;
  const std::pair<const char*, TypePtr> cases[] = {
      {"boolean", arrow::boolean()},
      {"TINYINT", arrow::int8()},
      {"SmallInt", arrow::int16()},
      {"int", arrow::int32()},
      {"LONG", arrow::int64()},
      {"real", arrow::float32()},
      {"double", arrow::float64()},
      {"decimal", arrow::decimal128(10, 0)},
      {"DECIMAL(5)", arrow::decimal128(5, 0)},
      {"numeric( 38 , 18 )", arrow::decimal128(38, 18)},
      {"varchar(10)", arrow::utf8()},
      {"char(3)", arrow::utf8()},
      {"binary", arrow::binary()},
      {"date", arrow::date32()},
      {"timestamp", arrow::timestamp(TimeUnit::MICRO, "UTC")},
      {"timestamp_ntz", arrow::timestamp(TimeUnit::MICRO)},
      {"array<array<float>>", arrow::list(arrow::list(arrow::float32()))},
      {"map<string,int>", arrow::map(arrow::utf8(), arrow::int32())},
      {"struct<a: int NOT NULL, `b c`: array<string>>",
       arrow::struct_({arrow::field("a", arrow::int32(), false),
                       arrow::field("b c", arrow::list(arrow::utf8()))})},
  };
  for (const auto& [text, type] : cases) {
    EXPECT_TRUE(TypeOf(text)->Equals(*type)) << text << " " << TypeOf(text)->ToString();
  }
}

TEST(SparkDdl, ReadsNamesNullabilityAndComments) {
  const auto schema = Parse(
      "id BIGINT NOT NULL,\n `score` FLOAT COMMENT 'it\\'s, of the model', "
      "emb: ARRAY<FLOAT> not null comment \"x\"");
  ASSERT_TRUE(schema.ok()) << schema.status().message();
  ASSERT_EQ(schema->fields.size(), 3);
  EXPECT_EQ(schema->fields[0].name, "id");
  EXPECT_FALSE(schema->fields[0].nullable);
  EXPECT_EQ(schema->fields[1].name, "score");
  EXPECT_TRUE(schema->fields[1].nullable);
  EXPECT_EQ(schema->fields[1].doc, "it's, of the model");
  EXPECT_FALSE(schema->fields[2].nullable);
  EXPECT_EQ(schema->fields[2].doc, "x");
}

TEST(SparkDdl, SaysWhereItIsWrong) {
  const std::pair<const char*, const char*> wrong[] = {
      {"", "character 1: expected a name, got the end"},
      {"a", "character 2: expected a type, got the end"},
      {"a int,", "character 7: expected a name"},
      {"a int b int", "character 7: expected ',' or the end, got 'b'"},
      {"a array<int", "character 12: expected '>', got the end"},
      {"a array int", "expected '<', got 'int'"},
      {"a int not", "expected NULL behind NOT"},
      {"a int comment b", "expected a text in quotes, got 'b'"},
      {"`a int", "character 1: a ` that nothing closes"},
      {"a int comment 'b\\", "nothing closes"},
      {"a decimal(1,1,1)", "expected ')'"},
      {"a decimal(99999999999)", "expected a whole number"},
      {"`` int", "expected a name"},
      {"a \xff", "does not land"},
  };
  for (const auto& [text, message] : wrong) {
    const auto schema = Parse(text);
    ASSERT_FALSE(schema.ok()) << text;
    EXPECT_THAT(schema.status().message(), testing::HasSubstr(message)) << text;
    EXPECT_THAT(schema.status().message(), testing::StartsWith("output.schema: "));
  }
}

TEST(SparkDdl, RefusesWhatDoesNotLand) {
  const std::pair<const char*, const char*> refused[] = {
      {"a interval", "'interval' does not land"},
      {"a variant", "'variant' does not land"},
      {"a void", "'void' does not land"},
      {"a map<int, int>", "keys are strings, not int32"},
      {"a decimal(39, 2)", "decimal(39, 2)"},
      {"a decimal(3, 4)", "decimal(3, 4)"},
      {"Score int", "call it 'score'"},
      {"a int, a int", "two columns are named 'a'"},
      {"a struct<b: int, B: int>", "two fields of a struct are named 'B'"},
  };
  for (const auto& [text, message] : refused) {
    ExpectError(Parse(text), ErrorKind::kSchemaMismatch, {message});
  }
}

TEST(SparkDdl, BoundsDepthAndSize) {
  std::string deep = "a ";
  for (int i = 0; i < 100'000; ++i) deep += "array<";
  ExpectError(Parse(deep), ErrorKind::kInvalidInput, {"deeper than 64"});
  std::string wide = "a struct<";
  for (int i = 0; i < 10'001; ++i) wide += fmt::format("f{}: int,", i);
  ExpectError(Parse(wide), ErrorKind::kInvalidInput, {"more than 10000 types"});
  ExpectError(Parse(std::string(2 << 20, 'a')), ErrorKind::kInvalidInput, {"too many"});
}

TEST(SparkDdl, ListsFromTensorsHoldNoNullsAndKeptOnesWhatTheyDid) {
  const auto source = arrow::schema({arrow::field("k", arrow::list(arrow::int64()))});
  const Signature signature =
      SignatureOf({}, {Spec("y", DType::kFloat, Shape{kUnknownDim, 2}),
                       Spec("n", DType::kInt64, Shape{kUnknownDim})});
  const DeclaredSchema declared =
      Parse("y ARRAY<DOUBLE> NOT NULL, k ARRAY<INT>, n TINYINT").ValueOrDie();
  const auto landing = Landing::Compile(*source, {"k"}, signature, {}, &declared);
  ASSERT_TRUE(landing.ok()) << landing.status().message();
  const arrow::Schema& schema = *landing->schema();
  EXPECT_TRUE(schema.field(0)->type()->Equals(*ListOf(arrow::float64())));
  EXPECT_TRUE(schema.field(1)->type()->Equals(*arrow::list(arrow::int32())));
  EXPECT_TRUE(schema.field(1)->type()->field(0)->nullable());
  const auto rows =
      landing->Convert(*arrow::RecordBatch::Make(
                           source, 1, {ArrayOf(source->field(0)->type(), "[[1, null]]")}),
                       {TensorOf(DType::kFloat, {1, 2}, "[1, 2]"),
                        TensorOf(DType::kInt64, {1}, "[-128]")});
  ASSERT_TRUE(rows.ok()) << rows.status().message();
  EXPECT_TRUE((*rows)->ValidateFull().ok());
  ExpectArray(*(*rows)->column(1), *ArrayOf(arrow::list(arrow::int32()), "[[1, null]]"));
  ExpectArray(*(*rows)->column(2), *ArrayOf(arrow::int8(), "[-128]"));
}

}  // namespace
}  // namespace howdah
