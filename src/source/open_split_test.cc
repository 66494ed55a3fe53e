#include <arrow/scalar.h>
#include <arrow/type.h>
#include <gmock/gmock.h>

#include "source/parquet_test_files.h"
#include "source/source.h"

namespace howdah {
namespace {

const SourceFormat& Parquet() { return *FindSourceFormat("parquet"); }

ConstantColumn Days(std::vector<std::string> days) {
  ConstantColumn column{.field = arrow::field("day", arrow::utf8()), .by_file = {}};
  for (std::string& day : days) {
    column.by_file.push_back(std::make_shared<arrow::StringScalar>(std::move(day)));
  }
  return column;
}

TEST(OpenSplit, ConstantsFollowTheColumnsAndAreThoseOfTheRowsFile) {
  const std::vector files = {Source("a", ParquetBytes(*CountingTable(0, 3), 2)),
                             Source("b", ParquetBytes(*CountingTable(3, 2), 2))};
  const auto splits = PlanFiles(Parquet(), files).ValueOrDie();
  const auto schema = arrow::schema({arrow::field("id", arrow::int64())});
  ConstantColumn part{.field = arrow::field("part", arrow::int64()),
                      .by_file = {std::make_shared<arrow::Int64Scalar>(7),
                                  arrow::MakeNullScalar(arrow::int64())}};
  const auto batches =
      ReadBatches(
          Parquet(), splits[0], files,
          {.schema = schema, .constants = {Days({"mon", "tue"}), part}, .batch_rows = 4})
          .ValueOrDie();
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_THAT(batches[0].rows->schema()->field_names(),
              testing::ElementsAre("id", "day", "part"));
  EXPECT_TRUE(batches[0].rows->column(0)->Equals(Range(0, 4)));
  EXPECT_TRUE(batches[0].rows->column(1)->Equals(
      FromJson(arrow::utf8(), R"(["mon", "mon", "mon", "tue"])")));
  EXPECT_TRUE(
      batches[0].rows->column(2)->Equals(FromJson(arrow::int64(), "[7, 7, 7, null]")));
  EXPECT_TRUE(batches[1].rows->column(1)->Equals(FromJson(arrow::utf8(), R"(["tue"])")));
}

TEST(OpenSplit, AConstantThatNoValueFitsIsRefused) {
  const std::vector files = {Source("a", ParquetBytes(*CountingTable(0, 3), 2))};
  const auto splits = PlanFiles(Parquet(), files).ValueOrDie();
  const auto schema = arrow::schema({arrow::field("id", arrow::int64())});
  const auto read = [&](const ConstantColumn& constant) {
    return ReadBatches(Parquet(), splits[0], files,
                       {.schema = schema, .constants = {constant}})
        .status();
  };
  EXPECT_TRUE(Is(read(Days({})), ErrorKind::kInternal));
  ConstantColumn wrong = Days({"mon"});
  wrong.field = arrow::field("day", arrow::int64());
  EXPECT_TRUE(Is(read(wrong), ErrorKind::kInternal));
  ConstantColumn twice = Days({"mon"});
  twice.field = arrow::field("id", arrow::utf8());
  EXPECT_EQ(read(twice).message(),
            "'id' is a column of the files and a partition directory too: rename one of "
            "them");
}

TEST(SourceFormat, WithoutARuleOfItsOwnOnlyEqualTypesAreCommon) {
  EXPECT_TRUE(
      Parquet().CommonType(arrow::int64(), arrow::int64())->Equals(arrow::int64()));
  EXPECT_EQ(Parquet().CommonType(arrow::int64(), arrow::int32()), nullptr);
  EXPECT_EQ(Parquet().CommonType(arrow::int64(), nullptr), nullptr);
  EXPECT_EQ(Parquet().CommonType(nullptr, arrow::int64()), nullptr);
}

}  // namespace
}  // namespace howdah
