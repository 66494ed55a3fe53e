#include <arrow/type.h>
#include <gmock/gmock.h>

#include <random>

#include "encode/encode_test_files.h"

namespace howdah {
namespace {

using arrow::field;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::shared_ptr<arrow::RecordBatch> Rows() {
  const auto list = arrow::list(field("element", arrow::float32(), false));
  return Batch({field("id", arrow::int64()), field("probs", list, false)},
               {FromJson(arrow::int64(), "[1, null, 3]"),
                FromJson(list, "[[1, 2], [3, 4], [5, 6]]")});
}

Result<ReadBackFile> ReadBack(std::string bytes) {
  MemorySource source(std::move(bytes));
  return FindFormat("parquet")->ReadBack(source, {});
}

TEST(ParquetReadBack, ItIsWhatTheEncoderSaid) {
  EncodedFile encoded;
  const std::string bytes =
      Encode({Rows(), Rows()},
             {.row_group_bytes = 1, .metadata = {{"a", "1"}, {"b", "2"}}}, &encoded);
  const ReadBackFile found = ReadBack(bytes).ValueOrDie();
  EXPECT_EQ(found.rows, 6);
  EXPECT_EQ(found.row_groups, 2);
  EXPECT_EQ(found.row_groups, encoded.row_groups);
  EXPECT_TRUE(found.schema->Equals(*Rows()->schema(), false));
  EXPECT_THAT(found.metadata, ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_THAT(found.created_by, HasSubstr("howdah version "));
  ASSERT_EQ(found.columns.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(found.columns[i].name, encoded.columns[i].name);
    EXPECT_EQ(found.columns[i].null_count, encoded.columns[i].null_count);
    EXPECT_EQ(found.columns[i].compressed_bytes, encoded.columns[i].compressed_bytes);
    EXPECT_EQ(found.columns[i].uncompressed_bytes, encoded.columns[i].uncompressed_bytes);
  }
  EXPECT_EQ(found.columns[0].null_count, 2);
}

TEST(ParquetReadBack, AFileCutAnywhereIsCorruption) {
  const std::string whole = Encode({Rows()});
  for (size_t length = 0; length < whole.size(); ++length) {
    const Status status = ReadBack(whole.substr(0, length)).status();
    ASSERT_TRUE(Is(status, ErrorKind::kCorruption)) << length << ": " << status;
    ASSERT_THAT(status.message(), HasSubstr("out.parquet: not a whole Parquet file: "));
  }
}

TEST(ParquetReadBack, FlippedBitsGiveAnAccountOrOneLine) {
  const std::string whole = Encode({Rows(), Rows()}, {.row_group_bytes = 1});
  std::mt19937 random(20261122);
  for (int round = 0; round < 4000; ++round) {
    std::string bytes = whole;
    bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    const Status status = ReadBack(bytes).status();
    if (status.ok()) continue;
    ASSERT_THAT(status.message(), HasSubstr("out.parquet: ")) << round;
    ASSERT_EQ(status.message().find('\n'), std::string::npos) << round;
  }
}

}  // namespace
}  // namespace howdah
