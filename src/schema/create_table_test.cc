#include "schema/create_table.h"

#include "schema/test_data.h"

namespace howdah {
namespace {

using Dialect = SqlDialect;

TableDescription Churn(const std::string& format = "parquet") {
  const auto doc = arrow::key_value_metadata({"doc"}, {"it's the model's"});
  return {.name = "ml.churn",
          .location = "hdfs://nn/p/churn",
          .format = format,
          .extension = "." + format,
          .columns = {arrow::field("id", arrow::int64()),
                      arrow::field("order", arrow::float32(), false, doc)}};
}

TableDescription Partitioned(const std::string& format = "parquet") {
  TableDescription table = Churn(format);
  table.partitions = {arrow::field("dt", arrow::utf8())};
  return table;
}

std::string Sql(const TableDescription& table, Dialect dialect) {
  const auto text = CreateTable(table, dialect);
  EXPECT_TRUE(text.ok()) << text.status().message();
  return text.ValueOr("");
}

TEST(SqlType, HasTheNamesOfEachDialect) {
  const auto types = [](const TypePtr& type) {
    std::vector<std::string> texts;
    for (const auto dialect : {Dialect::kHive, Dialect::kSpark, Dialect::kTrino,
                               Dialect::kImpala, Dialect::kDuckDb}) {
      texts.push_back(SqlType(*type, dialect).ValueOr("-"));
    }
    return texts;
  };
  using Texts = std::vector<std::string>;
  const auto us = arrow::TimeUnit::MICRO;
  EXPECT_EQ(types(arrow::float32()), (Texts{"FLOAT", "FLOAT", "REAL", "FLOAT", "FLOAT"}));
  EXPECT_EQ(types(arrow::utf8()),
            (Texts{"STRING", "STRING", "VARCHAR", "STRING", "VARCHAR"}));
  EXPECT_EQ(types(arrow::timestamp(us, "UTC")),
            (Texts{"TIMESTAMP", "TIMESTAMP", "TIMESTAMP", "TIMESTAMP", "TIMESTAMPTZ"}));
  EXPECT_EQ(types(arrow::timestamp(us))[1], "TIMESTAMP_NTZ");
  EXPECT_EQ(types(arrow::decimal128(9, 2)), Texts(5, "DECIMAL(9, 2)"));
  EXPECT_EQ(types(arrow::time64(us)), (Texts{"-", "-", "-", "-", "TIME"}));
  EXPECT_EQ(
      types(arrow::list(arrow::int32())),
      (Texts{"ARRAY<INT>", "ARRAY<INT>", "ARRAY(INTEGER)", "ARRAY<INT>", "INTEGER[]"}));
  EXPECT_EQ(types(arrow::map(arrow::utf8(), arrow::float64()))[2],
            "MAP(VARCHAR, DOUBLE)");
  const auto record = arrow::struct_(
      {arrow::field("a.b", arrow::int64()), arrow::field("c`d", arrow::boolean())});
  EXPECT_EQ(types(record)[0], "STRUCT<`a.b`:BIGINT, `c``d`:BOOLEAN>");
  EXPECT_EQ(types(record)[4], "STRUCT(\"a.b\" BIGINT, \"c`d\" BOOLEAN)");
}

// Hive LanguageManual DDL, "Create Table"; the comment's quote as its lexer unescapes it.
TEST(CreateTable, OfHive) {
  EXPECT_EQ(Sql(Partitioned(), Dialect::kHive),
            "CREATE EXTERNAL TABLE `ml`.`churn` (\n"
            "  `id` BIGINT,\n"
            "  `order` FLOAT COMMENT 'it\\'s the model\\'s'\n"
            ")\n"
            "PARTITIONED BY (\n"
            "  `dt` STRING\n"
            ")\n"
            "STORED AS PARQUET\n"
            "LOCATION 'hdfs://nn/p/churn';\n"
            "MSCK REPAIR TABLE `ml`.`churn`;\n");
  EXPECT_THAT(Sql(Churn("json"), Dialect::kHive), testing::HasSubstr("serde2.JsonSerDe"));
  const std::string csv = Sql(Churn("csv"), Dialect::kHive);
  EXPECT_THAT(csv, testing::HasSubstr("`order` STRING"));
  EXPECT_THAT(csv, testing::HasSubstr("OpenCSVSerde"));
  EXPECT_THAT(csv, testing::HasSubstr("'skip.header.line.count' = '1'"));
}

// Spark SQL reference, "CREATE DATASOURCE TABLE".
TEST(CreateTable, OfSpark) {
  EXPECT_EQ(Sql(Partitioned("avro"), Dialect::kSpark),
            "CREATE TABLE `ml`.`churn` (\n"
            "  `id` BIGINT,\n"
            "  `order` FLOAT COMMENT 'it\\'s the model\\'s',\n"
            "  `dt` STRING\n"
            ")\n"
            "USING avro\n"
            "PARTITIONED BY (`dt`)\n"
            "LOCATION 'hdfs://nn/p/churn';\n"
            "MSCK REPAIR TABLE `ml`.`churn`;\n");
}

// Trino, Hive connector, "Table properties" and "Procedures".
TEST(CreateTable, OfTrino) {
  EXPECT_EQ(Sql(Partitioned(), Dialect::kTrino),
            "CREATE TABLE \"ml\".\"churn\" (\n"
            "  \"id\" BIGINT,\n"
            "  \"order\" REAL COMMENT 'it''s the model''s',\n"
            "  \"dt\" VARCHAR\n"
            ")\n"
            "WITH (\n"
            "  external_location = 'hdfs://nn/p/churn',\n"
            "  format = 'PARQUET',\n"
            "  partitioned_by = ARRAY['dt']\n"
            ");\n"
            "CALL system.sync_partition_metadata('ml', 'churn', 'FULL');\n");
  EXPECT_THAT(Sql(Churn("csv"), Dialect::kTrino), testing::HasSubstr("\"id\" VARCHAR"));
}

// Impala SQL reference, "CREATE TABLE Statement".
TEST(CreateTable, OfImpala) {
  EXPECT_THAT(Sql(Partitioned(), Dialect::kImpala),
              testing::EndsWith("ALTER TABLE `ml`.`churn` RECOVER PARTITIONS;\n"));
  TableDescription nested = Churn();
  nested.columns.push_back(arrow::field("emb", arrow::list(arrow::float32())));
  EXPECT_THAT(Sql(nested, Dialect::kImpala), testing::HasSubstr("`emb` ARRAY<FLOAT>"));
  nested.format = "avro";
  ExpectError(CreateTable(nested, Dialect::kImpala), ErrorKind::kSchemaMismatch,
              {"'emb'", "parquet only"});
  ExpectError(CreateTable(Churn("csv"), Dialect::kImpala), ErrorKind::kSchemaMismatch,
              {"hive-text"});
}

TEST(CreateTable, OfDuckDbIsAView) {
  EXPECT_EQ(Sql(Partitioned(), Dialect::kDuckDb),
            "CREATE VIEW \"ml\".\"churn\" AS\n"
            "SELECT \"id\", \"order\", \"dt\"\n"
            "FROM read_parquet('hdfs://nn/p/churn/dt=*/*.parquet', "
            "hive_partitioning = true, hive_types = {\"dt\": VARCHAR});\n");
}

// Spark's CSV and DuckDB's text readers make BINARY and BLOB of the text's own bytes.
TEST(CreateTable, TakesBase64ForTextWhereTheReaderDoesNotDecodeIt) {
  TableDescription table = Churn("csv");
  table.columns.push_back(arrow::field("raw", arrow::binary()));
  EXPECT_THAT(Sql(table, Dialect::kSpark), testing::HasSubstr("`raw` STRING"));
  EXPECT_THAT(Sql(table, Dialect::kDuckDb),
              testing::AllOf(testing::HasSubstr("from_base64(\"raw\") AS \"raw\""),
                             testing::HasSubstr("\"raw\": 'VARCHAR'")));
  table.format = "json";
  EXPECT_THAT(Sql(table, Dialect::kSpark), testing::HasSubstr("`raw` BINARY"));
  EXPECT_THAT(Sql(table, Dialect::kDuckDb), testing::HasSubstr("from_base64"));
  table.format = "parquet";
  EXPECT_THAT(Sql(table, Dialect::kDuckDb), testing::Not(testing::HasSubstr("base64")));
}

// Spark, "CSV Files", options nullValue and emptyValue; DuckDB, "CSV Import", nullstr.
TEST(CreateTable, SaysWhatStandsForNullInCsv) {
  TableDescription table = Churn("csv");
  EXPECT_THAT(Sql(table, Dialect::kSpark),
              testing::HasSubstr("nullValue '\\u0001null', emptyValue ''"));
  EXPECT_THAT(Sql(table, Dialect::kDuckDb), testing::HasSubstr("nullstr = '',"));
  table.null = "\\N";
  EXPECT_THAT(Sql(table, Dialect::kSpark), testing::HasSubstr("nullValue '\\\\N',"));
  EXPECT_THAT(Sql(table, Dialect::kDuckDb), testing::HasSubstr("nullstr = '\\N',"));
}

TEST(CreateTable, NamesTheColumnWhoseTypeADialectLacks) {
  TableDescription table = Churn();
  table.columns.push_back(arrow::field("at", arrow::time64(arrow::TimeUnit::MICRO)));
  ExpectError(CreateTable(table, Dialect::kHive), ErrorKind::kSchemaMismatch,
              {"column 'at': hive has no type for time64[us]"});
}

TEST(SqlDialect, NamesTheNearest) {
  EXPECT_EQ(ParseSqlDialect("impala").ValueOrDie(), Dialect::kImpala);
  ExpectError(ParseSqlDialect("sparc"), ErrorKind::kInvalidInput, {"'sparc'", "'spark'"});
}

}  // namespace
}  // namespace howdah
