#include "write/row_spill.h"

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>

#include <filesystem>

#include "testing/storage/temp_directory.h"
#include "types/row_hash.h"

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::shared_ptr<arrow::Schema> Schema() {
  return arrow::schema(
      {arrow::field("id", arrow::int64(), false), arrow::field("text", arrow::utf8()),
       arrow::field("scores",
                    arrow::list(arrow::field("element", arrow::float32(), false))),
       arrow::field("price", arrow::decimal128(10, 2)),
       arrow::field("more", arrow::struct_({arrow::field("flag", arrow::boolean())}))});
}

std::shared_ptr<arrow::RecordBatch> Rows(const std::string& json) {
  return arrow::RecordBatch::FromStructArray(
             arrow::json::ArrayFromJSONString(arrow::struct_(Schema()->fields()), json)
                 .ValueOrDie())
      .ValueOrDie();
}

std::vector<std::shared_ptr<arrow::RecordBatch>> ReadAll(const RowSpill& spill,
                                                         uint32_t partition) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> all;
  const Status read = spill.Read(partition, [&](const arrow::RecordBatch& rows) {
    all.push_back(rows.Slice(0));
    return Status::OK();
  });
  EXPECT_TRUE(read.ok()) << read;
  return all;
}

TEST(RowSpill, GivesThePartitionsRowsBackInTheOrderInWhichTheyCame) {
  const TempDirectory directory;
  RowSpill spill(Schema(), directory.path());
  const auto first =
      Rows(R"([{"id": 1, "text": "a", "scores": [1.5, -0.0], "price": "1.50",
      "more": {"flag": true}}, {"id": 2, "text": null, "scores": null, "price": null,
      "more": {"flag": null}}])");
  const auto other = Rows(R"([{"id": 3, "text": "", "scores": [], "price": "-0.01",
      "more": null}])");
  const auto second = Rows(R"([{"id": 9, "text": "z", "scores": [3], "price": "7.00",
      "more": {"flag": false}}])");
  ASSERT_TRUE(spill.Append(7, *first).ok());
  ASSERT_TRUE(spill.Append(2, *other).ok());
  ASSERT_TRUE(spill.Append(7, *second).ok());
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
  EXPECT_THAT(spill.partitions(), ElementsAre(2, 7));
  EXPECT_GT(spill.BufferedBytes(), 0);
  const auto found = ReadAll(spill, 7);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_TRUE(found[0]->Equals(*first));
  EXPECT_TRUE(found[1]->Equals(*second));
  EXPECT_TRUE(ReadAll(spill, 2)[0]->Equals(*other));
  EXPECT_TRUE(ReadAll(spill, 3).empty());
}

TEST(RowSpill, SlicesOfLargeBatchesComeBackInBlocks) {
  const TempDirectory directory;
  RowSpill spill(Schema(), directory.path());
  std::string json;
  for (int i = 0; i < 50'000; ++i) {
    json += fmt::format(R"({}{{"id": {}, "text": "text {}", "scores": [{}, 2, 3],
        "price": "0.01", "more": {{"flag": true}}}})",
                        i == 0 ? "" : ",", i, i, i);
  }
  const auto all = Rows("[" + json + "]")->Slice(1);
  ASSERT_TRUE(spill.Append(0, *all).ok());
  const auto found = ReadAll(spill, 0);
  EXPECT_GT(found.size(), 1u);
  int64_t rows = 0;
  for (const auto& block : found) {
    EXPECT_TRUE(block->Equals(*all->Slice(rows, block->num_rows())));
    rows += block->num_rows();
  }
  EXPECT_EQ(rows, all->num_rows());
  EXPECT_LT(spill.BufferedBytes(), 4 << 20);
}

TEST(RowSpill, ADirectoryWithoutPlaceIsAnErrorAtTheFirstRow) {
  RowSpill spill(Schema(), "/no/such/directory");
  EXPECT_TRUE(spill.partitions().empty());
  const Status status = spill.Append(0, *Rows(R"([{"id": 1}])"));
  EXPECT_TRUE(Is(status, ErrorKind::kNotFound)) << status;
  EXPECT_THAT(status.message(), HasSubstr("set TMPDIR"));
}

}  // namespace
}  // namespace howdah
