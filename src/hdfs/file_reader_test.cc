#include "hdfs/file_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "hdfs/checksum.h"
#include "hdfs/file_checksum.h"
#include "testing/hdfs/fake_namenode.h"
#include "testing/hdfs/test_bytes.h"

namespace howdah::hdfs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr int kRead = 81;

class FileReaderTest : public testing::Test {
 protected:
  FileReaderTest() {
    options_.suspect_after = 50ms;
    options_.probe_timeout = 200ms;
    options_.retry_window = 0ms;
    namenode_.PutFile({Part(0, 50'000), Part(50'000, 100'000), Part(100'000, 123'457)});
  }

  std::vector<std::byte> Part(size_t begin, size_t end) const {
    return {data_.begin() + static_cast<ptrdiff_t>(begin),
            data_.begin() + static_cast<ptrdiff_t>(end)};
  }

  std::unique_ptr<HdfsFileReader> Open() {
    return HdfsFileReader::Open(namenode_, options_, "/f", "hdfs://test/f").ValueOrDie();
  }

  static Result<std::vector<std::byte>> Read(HdfsFileReader& reader, int64_t offset,
                                             size_t count) {
    std::vector<std::byte> out(count);
    HOWDAH_ASSIGN_OR_RETURN(const int64_t got, reader.ReadAt(offset, out));
    out.resize(static_cast<size_t>(got));
    return out;
  }

  int64_t ReadRequests() {
    int64_t count = 0;
    for (size_t i = 0; i < 3; ++i) count += namenode_.node(i).requests(kRead);
    return count;
  }

  const std::vector<std::byte> data_ = TestBytes(123'457);
  ClientOptions options_;
  FakeNamenode namenode_{3};
};

TEST_F(FileReaderTest, AnyRangeHasTheFilesBytes) {
  auto reader = Open();
  EXPECT_EQ(reader->size(), 123'457);
  EXPECT_EQ(reader->name(), "hdfs://test/f");
  EXPECT_EQ(Read(*reader, 0, data_.size()).ValueOrDie(), data_);
  std::mt19937 random(3);
  for (int i = 0; i < 200; ++i) {
    const size_t begin = random() % data_.size();
    const size_t end = std::min<size_t>(begin + random() % 70'000, data_.size());
    SCOPED_TRACE(fmt::format("{} to {}", begin, end));
    EXPECT_EQ(Read(*reader, static_cast<int64_t>(begin), end - begin).ValueOrDie(),
              Part(begin, end));
  }
}

TEST_F(FileReaderTest, PacketsMayChangeTheirSizeAnywhere) {
  const std::vector<std::vector<uint32_t>> sizes = {
      {4}, {16, 3}, {16, 16, 16, 1}, {1, 40}, {3, 3, 3, 3, 50}, {2, 2, 1, 2, 2, 2, 2, 9}};
  std::mt19937 random(7);
  for (const auto& chunks : sizes) {
    for (size_t i = 0; i < 3; ++i) namenode_.node(i).set_script({.read_chunks = chunks});
    auto reader = Open();
    EXPECT_EQ(Read(*reader, 0, data_.size()).ValueOrDie(), data_);
    for (size_t at = 0; at < data_.size();) {
      const size_t end = std::min<size_t>(at + random() % 40'000, data_.size());
      SCOPED_TRACE(fmt::format("{} to {}", at, end));
      EXPECT_EQ(Read(*reader, static_cast<int64_t>(at), end - at).ValueOrDie(),
                Part(at, end));
      at = end;
    }
  }
}

TEST_F(FileReaderTest, ReadsAreShortOnlyAtTheEnd) {
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 123'000, 1'000).ValueOrDie(), Part(123'000, 123'457));
  EXPECT_THAT(Read(*reader, 123'457, 10).ValueOrDie(), IsEmpty());
  EXPECT_THAT(Read(*reader, 1 << 30, 10).ValueOrDie(), IsEmpty());
  EXPECT_TRUE(Is(Read(*reader, -1, 10).status(), ErrorKind::kInvalidInput));
}

TEST_F(FileReaderTest, AReadThatGoesOnUsesTheSameStream) {
  auto reader = Open();
  std::vector<std::byte> all;
  for (size_t at = 0; at < data_.size(); at += 1'000) {
    const auto part = Read(*reader, static_cast<int64_t>(at), 1'000).ValueOrDie();
    all.insert(all.end(), part.begin(), part.end());
  }
  EXPECT_EQ(all, data_);
  EXPECT_EQ(ReadRequests(), 3) << "one for each block";
}

TEST_F(FileReaderTest, ManyThreadsReadOneFile) {
  auto reader = Open();
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(static_cast<unsigned>(t));
      for (int i = 0; i < 50; ++i) {
        const size_t begin = random() % data_.size();
        const size_t end = std::min<size_t>(begin + random() % 9'000, data_.size());
        EXPECT_EQ(Read(*reader, static_cast<int64_t>(begin), end - begin).ValueOrDie(),
                  Part(begin, end));
      }
    });
  }
}

TEST_F(FileReaderTest, ADeadNodeIsPassedOverAndRemembered) {
  namenode_.node(0).Die();
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 0, data_.size()).ValueOrDie(), data_);
  EXPECT_EQ(namenode_.location_requests(), 1);
}

TEST_F(FileReaderTest, ANodeThatStopsIsFoundAndPassedOver) {
  namenode_.node(0).Freeze();
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 0, data_.size()).ValueOrDie(), data_);
}

TEST_F(FileReaderTest, AReplicaThatFailsItsChecksumIsReportedAndAnotherOneRead) {
  namenode_.node(0).set_script({.corrupt_reads = true});
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 3'000, 30'000).ValueOrDie(), Part(3'000, 33'000));
  EXPECT_THAT(namenode_.reported(), ElementsAre("node-0"));
}

TEST_F(FileReaderTest, AStreamThatBreaksIsContinuedFromAnotherReplica) {
  namenode_.node(0).set_script({.cut_reads_at = 20'000});
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 0, 50'000).ValueOrDie(), Part(0, 50'000));
  EXPECT_EQ(namenode_.node(1).requests(kRead), 1);
  EXPECT_THAT(namenode_.reported(), IsEmpty());
}

TEST_F(FileReaderTest, WhenAllReplicasAreBadItIsCorruption) {
  for (size_t i = 0; i < 3; ++i) namenode_.node(i).set_script({.corrupt_reads = true});
  auto reader = Open();
  const Status status = Read(*reader, 0, 1'000).status();
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption));
  EXPECT_THAT(status.message(), HasSubstr("hdfs://test/f: no replica could be read"));
  EXPECT_EQ(namenode_.location_requests(), 1 + options_.block_acquire_failures);
}

TEST_F(FileReaderTest, WhenNoNodeCanBeReachedItIsTransient) {
  for (size_t i = 0; i < 3; ++i) namenode_.node(i).Die();
  auto reader = Open();
  EXPECT_TRUE(Is(Read(*reader, 0, 1'000).status(), ErrorKind::kTransient));
}

TEST_F(FileReaderTest, AnExpiredTokenIsFetchedAnew) {
  for (size_t i = 0; i < 3; ++i) namenode_.node(i).set_script({.refuse_tokens = 1});
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 0, 1'000).ValueOrDie(), Part(0, 1'000));
  EXPECT_EQ(namenode_.node(0).requests(kRead), 2) << "the node is not blamed";
}

TEST_F(FileReaderTest, AFileThatWasCutShortIsCorruption) {
  auto reader = Open();
  for (size_t i = 0; i < 3; ++i) namenode_.node(i).Die();
  namenode_.set_length(10);
  const Status status = Read(*reader, 0, 1'000).status();
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption));
  EXPECT_THAT(status.message(), HasSubstr("cut short"));
}

TEST_F(FileReaderTest, AReplicaThatIsShorterThanItsBlockIsPassedOver) {
  const LocatedBlock block = namenode_.blocks()[0];
  namenode_.node(0).Put(block.block.block_id,
                        {.generation_stamp = block.block.generation_stamp,
                         .bytes = Part(0, 100),
                         .finalized = true});
  auto reader = Open();
  EXPECT_EQ(Read(*reader, 0, 1'000).ValueOrDie(), Part(0, 1'000));
}

TEST_F(FileReaderTest, TheChecksumOfAFileIsThatOfItsBytes) {
  const auto checksum = ChecksumOfFile(namenode_, options_, "/f").ValueOrDie();
  EXPECT_EQ(checksum.length, data_.size());
  EXPECT_EQ(checksum.crc32c, Checksum(ChecksumType::kCrc32c, data_));
}

TEST_F(FileReaderTest, TheChecksumComesFromWhicheverNodeAnswers) {
  namenode_.node(0).Die();
  namenode_.node(1).Freeze();
  const auto checksum = ChecksumOfFile(namenode_, options_, "/f").ValueOrDie();
  EXPECT_EQ(checksum.crc32c, Checksum(ChecksumType::kCrc32c, data_));
}

}  // namespace
}  // namespace howdah::hdfs
