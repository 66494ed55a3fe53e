#include <gmock/gmock.h>

#include "encode/encode_test_files.h"

namespace howdah {
namespace {

/// `rows` rows that differ, from row `first` on: a key, a text and a score.
std::shared_ptr<arrow::RecordBatch> Rows(int64_t first, int64_t rows) {
  arrow::Int64Builder keys;
  arrow::StringBuilder texts;
  arrow::FloatBuilder scores;
  for (int64_t i = first; i < first + rows; ++i) {
    EXPECT_TRUE(keys.Append(i).ok());
    EXPECT_TRUE(texts.Append(fmt::format("text {}", i * 7919)).ok());
    EXPECT_TRUE(scores.Append(static_cast<float>(i) / 3).ok());
  }
  return Batch({arrow::field("key", arrow::int64(), false),
                arrow::field("text", arrow::utf8(), false),
                arrow::field("score", arrow::float32(), false)},
               {keys.Finish().ValueOrDie(), texts.Finish().ValueOrDie(),
                scores.Finish().ValueOrDie()});
}

TEST(Flush, GivesTheMemoryBackAndTheFileGoesOn) {
  constexpr int64_t kRows = 20'000;
  // What a format needs to have a file open: a compressor's tables, an empty buffer.
  constexpr int64_t kOpen = int64_t{768} << 10;
  for (const Format* const format : BuiltinFormats()) {
    for (const std::string& compression : format->compressions(Profile::kLake)) {
      SCOPED_TRACE(format->name() + " " + compression);
      MemorySink sink;
      const EncoderOptions options{.compression = compression,
                                   .memory_bytes = int64_t{1} << 20};
      const auto encoder =
          format->MakeEncoder(Rows(0, 0)->schema(), &sink, options).ValueOrDie();
      ASSERT_TRUE(encoder->Flush().ok());  // of nothing
      for (int64_t part = 0; part < 3; ++part) {
        ASSERT_TRUE(encoder->Write(*Rows(part * kRows, kRows)).ok());
        const size_t before = sink.bytes.size();
        const int64_t estimated = encoder->EstimatedBytes();
        ASSERT_TRUE(encoder->Flush().ok());
        EXPECT_LE(encoder->BufferedBytes(), kOpen);
        EXPECT_GE(sink.bytes.size(), before);
        // Nothing waits: the estimate is what there is.
        EXPECT_NEAR(static_cast<double>(encoder->EstimatedBytes()),
                    static_cast<double>(sink.bytes.size()), 128 << 10);
        EXPECT_GT(estimated, 0);
        ASSERT_TRUE(encoder->Flush().ok());  // again: no more row groups
      }
      ASSERT_TRUE(encoder->Write(*Rows(3 * kRows, 1)).ok());
      const EncodedFile encoded = encoder->Close().ValueOrDie();
      EXPECT_EQ(encoded.rows, 3 * kRows + 1);
      if (format->name() == "parquet") {
        EXPECT_EQ(encoded.row_groups, 4);
      }
      MemorySource file(sink.bytes);
      const ReadBackFile found = format->ReadBack(file, options).ValueOrDie();
      EXPECT_EQ(found.rows, encoded.rows);
      EXPECT_EQ(found.row_groups, encoded.row_groups);
    }
  }
}

TEST(Flush, ManyBatchesOfOneRowAreCountedWithTheirObjects) {
  MemorySink sink;
  const auto encoder =
      FindFormat("parquet")
          ->MakeEncoder(Rows(0, 0)->schema(), &sink, {.memory_bytes = int64_t{1} << 20})
          .ValueOrDie();
  const int64_t empty = encoder->BufferedBytes();
  int64_t most = 0;
  for (int64_t i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(encoder->Write(*Rows(i, 1)).ok());
    most = std::max(most, encoder->BufferedBytes());
  }
  // A row has about 25 bytes, its objects some hundreds: they are put together in time.
  EXPECT_GT(most, empty + 100'000);
  EXPECT_LT(most, 2 << 20);
}

}  // namespace
}  // namespace howdah
