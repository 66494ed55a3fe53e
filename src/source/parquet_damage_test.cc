// Files that are not what they claim to be: an error or rows, never a crash.
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>

#include <random>

#include "source/parquet_test_files.h"
#include "source/source.h"
#include "source/split_planner.h"

namespace howdah {
namespace {

using testing::HasSubstr;

/// A small file that has a bit of everything: nulls, strings, lists, a dictionary, two
/// row groups.
std::string SmallFile(const std::shared_ptr<parquet::WriterProperties>& properties) {
  const auto list = arrow::list(arrow::int32());
  const auto table = arrow::Table::Make(
      arrow::schema({arrow::field("id", arrow::int64()),
                     arrow::field("text", arrow::utf8()), arrow::field("list", list),
                     arrow::field("x", arrow::float64())}),
      {Range(0, 6), FromJson(arrow::utf8(), R"(["a", null, "bcd", "", "a", "a"])"),
       FromJson(list, "[[1, 2], null, [], [null], [5], [6, 7, 8]]"),
       FromJson(arrow::float64(), "[0.5, null, 1, 2, 3, 4]")});
  return ParquetBytes(*table, 4, properties);
}

/// Plan and read `bytes` as the engine does. \return rows read, or the first error.
Result<int64_t> ReadAll(const std::string& bytes) {
  const SourceFormat& format = *FindSourceFormat("parquet");
  const auto file = Source("in.parquet", bytes);
  HOWDAH_ASSIGN_OR_RETURN(const SourceFileInfo info, format.Inspect(*file, {}));
  int64_t rows = 0;
  for (const Split& split : PlanSplits(std::vector{info}, 1)) {
    HOWDAH_ASSIGN_OR_RETURN(
        auto reader, OpenSplit(format, split, std::vector(split.parts.size(), file),
                               {.schema = info.schema, .batch_rows = 3}));
    for (;;) {
      HOWDAH_ASSIGN_OR_RETURN(const SourceBatch batch, reader->Next(1));
      if (batch.rows == nullptr) break;
      // What is decoded must be safe to touch.
      HOWDAH_RETURN_IF_ERROR(batch.rows->ValidateFull());
      rows += batch.rows->num_rows();
    }
  }
  return rows;
}

TEST(DamagedParquet, AFileCutAnywhereIsAnErrorThatSaysSo) {
  const std::string whole = SmallFile(parquet::default_writer_properties());
  ASSERT_EQ(ReadAll(whole).ValueOrDie(), 6);
  for (size_t length = 0; length < whole.size(); ++length) {
    const Status status = ReadAll(whole.substr(0, length)).status();
    ASSERT_TRUE(Is(status, ErrorKind::kCorruption)) << length << ": " << status;
    ASSERT_THAT(status.message(), HasSubstr("in.parquet: ")) << length;
  }
}

TEST(DamagedParquet, FlippedBitsGiveRowsOrOneLineThatNamesTheFile) {
  for (const auto& properties :
       {parquet::default_writer_properties(), PlainProperties()}) {
    const std::string whole = SmallFile(properties);
    std::mt19937 random(20261122);
    for (int round = 0; round < 4000; ++round) {
      std::string bytes = whole;
      for (int flips = round % 3; flips >= 0; --flips) {
        bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
      }
      const Status status = ReadAll(bytes).status();
      if (status.ok()) continue;
      ASSERT_THAT(status.message(), HasSubstr("in.parquet: ")) << round;
      ASSERT_EQ(status.message().find('\n'), std::string::npos) << round;
    }
  }
}

TEST(DamagedParquet, AFlippedByteOfAPageNamesTheRowGroup) {
  // PLAIN, uncompressed: only the page's checksum can tell. Row 17 is in row group 1.
  std::string bytes = ParquetBytes(*CountingTable(1000000, 30), 10);
  const int64_t value = 1000017;
  const size_t at = bytes.find(std::string(reinterpret_cast<const char*>(&value), 8));
  ASSERT_NE(at, std::string::npos);
  bytes[at] ^= 1;
  const Status status = ReadAll(bytes).status();
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption));
  EXPECT_THAT(status.message(), HasSubstr("in.parquet: row group 1 does not decode: "));
}

TEST(DamagedParquet, AFooterThatClaimsOtherRowsThanItsRowGroupsIsRefused) {
  // Thrift's compact protocol writes FileMetaData.num_rows (field 3, i64) as 0x16 and the
  // zigzag number; it stands right behind the schema and before the list of row groups
  // (0x19).
  std::string bytes = ParquetBytes(*CountingTable(0, 50), 10);
  const size_t at = bytes.rfind("\x16\x64\x19");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 1] = 0x62;
  const Status status = ReadAll(bytes).status();
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
  EXPECT_EQ(
      status.message(),
      "in.parquet: corrupt Parquet footer: it claims 49 rows, its row groups hold 50");
  bytes[at + 1] = 0x63;  // -50
  EXPECT_TRUE(Is(ReadAll(bytes).status(), ErrorKind::kCorruption));
}

}  // namespace
}  // namespace howdah
