#include "write/partitioner.h"

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>

#include "types/hive_escape.h"

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::shared_ptr<arrow::RecordBatch>
Batch(const std::vector<
      std::tuple<std::string, std::shared_ptr<arrow::DataType>, std::string>>& columns) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& [name, type, json] : columns) {
    fields.push_back(arrow::field(name, type));
    arrays.push_back(arrow::json::ArrayFromJSONString(type, json).ValueOrDie());
  }
  const int64_t rows = arrays.front()->length();
  return arrow::RecordBatch::Make(arrow::schema(fields), rows, arrays);
}

/// "directory: ids" of each partition.
std::vector<std::string> Cut(const arrow::RecordBatch& batch,
                             const std::vector<std::string>& by) {
  std::vector<std::string> texts;
  const auto cut = PartitionBatch(batch, by);
  if (!cut.ok()) return {cut.status().message()};
  for (const Partition& partition : cut->partitions) {
    texts.push_back(partition.directory + ":");
  }
  const auto& ids = static_cast<const arrow::Int64Array&>(*cut->rows->column(0));
  EXPECT_EQ(cut->partition_of.size(), static_cast<size_t>(ids.length()));
  for (int64_t i = 0; i < ids.length(); ++i) {
    texts[cut->partition_of[static_cast<size_t>(i)]] += fmt::format(" {}", ids.Value(i));
  }
  return texts;
}

TEST(PartitionBatch, KeepsTheOrderOfRowsAndOfFirstRows) {
  const auto batch = Batch({{"id", arrow::int64(), "[1, 2, 3, 4, 5]"},
                            {"dt", arrow::utf8(), R"(["b", "a", "b", null, "a"])"}});
  EXPECT_THAT(Cut(*batch, {"dt"}),
              ElementsAre("dt=b: 1 3", "dt=a: 2 5", "dt=__HIVE_DEFAULT_PARTITION__: 4"));
}

TEST(FindUnpartitionable, NamesEachRowOnceWithItsFirstColumnAtFault) {
  const auto batch = Batch(
      {{"id", arrow::int64(), "[1, 2, 3, 4, 5]"},
       {"dt", arrow::utf8(), R"(["b", "", null, "", "c"])"},
       {"name", arrow::utf8(), R"(["__HIVE_DEFAULT_PARTITION__", "", "x", "y", "z"])"}});
  const auto found = FindUnpartitionable(*batch, {"dt", "name"}).ValueOrDie();
  std::vector<std::string> texts;
  for (const UnpartitionableRow& row : found) {
    texts.push_back(fmt::format("{} {}", row.row, row.column));
    EXPECT_THAT(row.message, HasSubstr("cannot name a directory"));
    EXPECT_THAT(row.message, Not(HasSubstr("row")));
  }
  EXPECT_THAT(texts, ElementsAre("0 name", "1 dt", "3 dt"));
  EXPECT_TRUE(FindUnpartitionable(*batch->Slice(4), {"dt"}).ValueOrDie().empty());
  EXPECT_TRUE(FindUnpartitionable(*batch, {}).ValueOrDie().empty());
}

TEST(PartitionBatch, NestsDirectoriesInTheOrderOfTheColumns) {
  const auto batch = Batch({{"id", arrow::int64(), "[1, 2, 3]"},
                            {"n", arrow::int8(), "[-1, 7, -1]"},
                            {"flag", arrow::boolean(), "[true, false, true]"},
                            {"day", arrow::date32(), "[0, 20000, 1]"}});
  EXPECT_THAT(Cut(*batch, {"flag", "n"}),
              ElementsAre("flag=true/n=-1: 1 3", "flag=false/n=7: 2"));
  EXPECT_THAT(Cut(*batch, {"day"}),
              ElementsAre("day=1970-01-01: 1", "day=2024-10-04: 2", "day=1970-01-02: 3"));
}

TEST(PartitionBatch, EscapesValuesAsHiveDoes) {
  const auto batch = Batch({{"id", arrow::int64(), "[1, 2, 3]"},
                            {"s", arrow::utf8(), R"(["a/b=c", "10:30 ü", "..%"])"}});
  EXPECT_THAT(Cut(*batch, {"s"}),
              ElementsAre("s=a%2Fb%3Dc: 1", "s=10%3A30 ü: 2", "s=..%25: 3"));
  const auto cut = PartitionBatch(*batch, {"s"}).ValueOrDie();
  EXPECT_EQ(cut.partitions[0].values, (PartitionValues{{"s", "a/b=c"}}));
}

TEST(PartitionBatch, WorksOnSlices) {
  const auto batch = Batch(
      {{"id", arrow::int64(), "[1, 2, 3, 4]"}, {"n", arrow::int32(), "[9, 8, 9, 8]"}});
  EXPECT_THAT(Cut(*batch->Slice(1), {"n"}), ElementsAre("n=8: 2 4", "n=9: 3"));
}

TEST(PartitionBatch, LeavesThePartitionColumnsOut) {
  const auto batch =
      Batch({{"id", arrow::int64(), "[1, 2, 3]"}, {"n", arrow::int32(), "[1, 1, 2]"}});
  const auto cut = PartitionBatch(*batch, {"n"}).ValueOrDie();
  EXPECT_THAT(cut.rows->schema()->field_names(), ElementsAre("id"));
  EXPECT_EQ(cut.rows->column(0)->data()->buffers[1],
            batch->column(0)->data()->buffers[1]);
}

TEST(PartitionBatch, RefusesWhatHiveWouldReadAsNull) {
  for (const std::string text :
       {R"(["a", ""])", R"(["a", "__HIVE_DEFAULT_PARTITION__"])"}) {
    const auto batch =
        Batch({{"id", arrow::int64(), "[1, 2]"}, {"s", arrow::utf8(), text}});
    EXPECT_THAT(Cut(*batch, {"s"}),
                ElementsAre(HasSubstr("partition column 's', row 1: the text")));
  }
}

TEST(PartitionBatch, RefusesAValueTooLongForAName) {
  const auto batch = Batch({{"id", arrow::int64(), "[1]"},
                            {"s", arrow::utf8(), "[\"" + std::string(300, 'x') + "\"]"}});
  EXPECT_THAT(Cut(*batch, {"s"}), ElementsAre(HasSubstr("302 bytes, the most is 255")));
}

}  // namespace
}  // namespace howdah
