#include "schema/add_partitions.h"

#include "schema/test_data.h"

namespace howdah {
namespace {

using Dialect = SqlDialect;
using testing::HasSubstr;

TableDescription Table() {
  return {.name = "ml.churn",
          .location = "hdfs://nn/churn",
          .format = "parquet",
          .extension = ".parquet",
          .columns = {arrow::field("id", arrow::int64())},
          .partitions = {
              arrow::field("dt", arrow::date32()), arrow::field("order", arrow::utf8()),
              arrow::field("n", arrow::int32()), arrow::field("b", arrow::boolean())}};
}

TablePartition Whole() {
  return {.location = "hdfs://nn/churn/dt=2026-11-22/order=it's/n=-3/b=true",
          .values = {"2026-11-22", "it's", "-3", "true"}};
}

TablePartition WithNull() {
  return {.location = "hdfs://nn/churn/x",
          .values = {"2026-11-22", std::nullopt, "-3", "true"}};
}

std::string Sql(const std::vector<TablePartition>& partitions, Dialect dialect) {
  const auto text = AddPartitions(Table(), partitions, dialect);
  EXPECT_TRUE(text.ok()) << text.status().message();
  return text.ValueOr("");
}

TEST(AddPartitions, ValuesAreWrittenAsTheirTypesAre) {
  const std::string expected =
      "ALTER TABLE `ml`.`churn` ADD IF NOT EXISTS PARTITION (`dt` = DATE '2026-11-22', "
      "`order` = 'it\\'s', `n` = -3, `b` = true) LOCATION "
      "'hdfs://nn/churn/dt=2026-11-22/order=it\\'s/n=-3/b=true';\n";
  for (const auto dialect : {Dialect::kHive, Dialect::kSpark, Dialect::kImpala}) {
    EXPECT_EQ(Sql({Whole()}, dialect), expected);
    EXPECT_EQ(Sql({Whole(), Whole()}, dialect), expected + expected);
  }
}

TEST(AddPartitions, ANullIsNullAndHiveWhoseStatementHasNoneLooksAtAllDirectories) {
  EXPECT_THAT(Sql({WithNull()}, Dialect::kSpark), HasSubstr("`order` = NULL, "));
  EXPECT_THAT(Sql({WithNull()}, Dialect::kImpala), HasSubstr("`order` = NULL, "));
  EXPECT_EQ(Sql({WithNull(), Whole(), WithNull()}, Dialect::kHive),
            Sql({Whole()}, Dialect::kHive) + "MSCK REPAIR TABLE `ml`.`churn`;\n");
}

TEST(AddPartitions, TrinoComparesAllDirectoriesAndDuckDbNeedsNothing) {
  EXPECT_EQ(Sql({Whole()}, Dialect::kTrino),
            "CALL system.sync_partition_metadata('ml', 'churn', 'FULL');\n");
  EXPECT_THAT(Sql({Whole()}, Dialect::kDuckDb), testing::StartsWith("-- DuckDB"));
}

TEST(AddPartitions, ADatasetWithoutPartitionsNeedsNothing) {
  TableDescription table = Table();
  table.partitions.clear();
  for (const auto dialect : {Dialect::kHive, Dialect::kTrino, Dialect::kDuckDb}) {
    EXPECT_THAT(AddPartitions(table, {}, dialect).ValueOrDie(),
                testing::StartsWith("-- The dataset is not partitioned"));
  }
}

TEST(AddPartitions, AValueThatIsNotOfItsTypeIsRefused) {
  const auto refused = [](TablePartition partition) {
    const Status status = AddPartitions(Table(), {partition}, Dialect::kHive).status();
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << status.message();
  };
  for (const char* number :
       {"", "-", "1) LOCATION 'x'; DROP TABLE a; --", "1.5", "0x1"}) {
    TablePartition partition = Whole();
    partition.values[2] = number;
    refused(partition);
  }
  TablePartition partition = Whole();
  partition.values[3] = "TRUE OR 1";
  refused(partition);
  partition = Whole();
  partition.values.pop_back();
  refused(partition);
}

}  // namespace
}  // namespace howdah
