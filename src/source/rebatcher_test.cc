#include "source/rebatcher.h"

#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <gmock/gmock.h>

#include "source/parquet_test_files.h"

namespace howdah {
namespace {

/// Chunks of the given lengths; row i of the input holds i.
class FakeChunks final : public ChunkReader {
 public:
  explicit FakeChunks(std::vector<int64_t> lengths) : lengths_(std::move(lengths)) {}
  Result<SourceBatch> NextChunk() override {
    if (next_ == lengths_.size()) return SourceBatch{};
    const int64_t rows = lengths_[next_++];
    auto batch = arrow::RecordBatch::Make(
        arrow::schema({arrow::field("id", arrow::int64())}), rows, {Range(row_, rows)});
    chunk_memory.push_back(batch->column_data(0)->buffers[1]->address());
    return SourceBatch{std::move(batch), 5, std::exchange(row_, row_ + rows) + 100};
  }
  std::vector<uintptr_t> chunk_memory;

 private:
  const std::vector<int64_t> lengths_;
  size_t next_ = 0;
  int64_t row_ = 0;
};

TEST(Rebatcher, BatchesHaveExactlyTheRowsAskedForWhateverTheChunks) {
  auto reader =
      MakeRebatcher(std::make_unique<FakeChunks>(std::vector<int64_t>{3, 1, 10, 2, 7}), 4,
                    arrow::default_memory_pool());
  std::vector<int64_t> lengths;
  int64_t row = 0;
  for (;;) {
    const SourceBatch batch = reader->Next(1).ValueOrDie();
    if (batch.rows == nullptr) break;
    EXPECT_EQ(batch.file, 5);
    EXPECT_EQ(batch.first_row, 100 + row);
    lengths.push_back(batch.rows->num_rows());
    EXPECT_TRUE(batch.rows->column(0)->Equals(Range(row, batch.rows->num_rows())));
    row += batch.rows->num_rows();
  }
  EXPECT_THAT(lengths, testing::ElementsAre(4, 4, 4, 4, 4, 3));
  EXPECT_EQ(reader->Next(1).ValueOrDie().rows, nullptr);
}

TEST(Rebatcher, ABatchInsideOneChunkSharesItsMemory) {
  auto chunks = std::make_unique<FakeChunks>(std::vector<int64_t>{6, 6});
  FakeChunks* const seen = chunks.get();
  auto reader = MakeRebatcher(std::move(chunks), 4, arrow::default_memory_pool());
  const auto first = reader->Next(1).ValueOrDie().rows;
  const auto spanning = reader->Next(1).ValueOrDie().rows;
  const auto last = reader->Next(1).ValueOrDie().rows;
  ASSERT_EQ(seen->chunk_memory.size(), 2u);
  EXPECT_EQ(first->column_data(0)->buffers[1]->address(), seen->chunk_memory[0]);
  EXPECT_EQ(last->column_data(0)->buffers[1]->address(), seen->chunk_memory[1]);
  EXPECT_NE(spanning->column_data(0)->buffers[1]->address(), seen->chunk_memory[0]);
  EXPECT_NE(spanning->column_data(0)->buffers[1]->address(), seen->chunk_memory[1]);
}

TEST(Rebatcher, SeveralBatchesAtOnceAreThoseOfOneChunk) {
  auto reader =
      MakeRebatcher(std::make_unique<FakeChunks>(std::vector<int64_t>{19, 3, 8, 1}), 4,
                    arrow::default_memory_pool());
  std::vector<int64_t> lengths;
  int64_t row = 0;
  for (;;) {
    const SourceBatch batch = reader->Next(3).ValueOrDie();
    if (batch.rows == nullptr) break;
    EXPECT_EQ(batch.first_row, 100 + row);
    EXPECT_TRUE(batch.rows->column(0)->Equals(Range(row, batch.rows->num_rows())));
    lengths.push_back(batch.rows->num_rows());
    row += batch.rows->num_rows();
  }
  // Three of the first chunk, one more; the rest of it with a row of the second; two rows
  // of that with two of the third; what the third has left; the end.
  EXPECT_THAT(lengths, testing::ElementsAre(12, 4, 4, 4, 4, 3));
}

TEST(Rebatcher, NoChunksAreNoBatches) {
  auto reader = MakeRebatcher(std::make_unique<FakeChunks>(std::vector<int64_t>{}), 4,
                              arrow::default_memory_pool());
  EXPECT_EQ(reader->Next(1).ValueOrDie().rows, nullptr);
}

}  // namespace
}  // namespace howdah
