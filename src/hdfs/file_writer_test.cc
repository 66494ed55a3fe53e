#include "hdfs/file_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "hdfs/checksum.h"
#include "testing/hdfs/fake_namenode.h"
#include "testing/hdfs/fake_pacing.h"
#include "testing/hdfs/test_bytes.h"

namespace howdah::hdfs {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr uint64_t kBlock = 64 << 10;
constexpr size_t kPacketData = 7 * 512;  // what 4 KiB hold

ClientOptions SmallPackets() {
  ClientOptions options;
  options.packet_bytes = 4096;
  options.suspect_after = 50ms;
  options.probe_timeout = 200ms;
  options.packets_in_flight = 8;
  return options;
}

class FileWriterTest : public testing::Test {
 protected:
  void Start(size_t datanodes, uint32_t replication = 3) {
    namenode_ = std::make_unique<FakeNamenode>(datanodes);
    replication_ = replication;
  }

  std::unique_ptr<FileWriter> Open() {
    auto writer = FileWriter::Create(
        *namenode_, options_,
        {.path = "/f", .replication = replication_, .block_size = kBlock}, durability_,
        pacing_);
    EXPECT_TRUE(writer.ok()) << writer.status().message();
    return *std::move(writer);
  }

  // The file is written whole, and whole is what its replicas have.
  void WriteAndCheck(size_t bytes) {
    const std::vector<std::byte> data = TestBytes(bytes);
    auto writer = Open();
    const Status appended = writer->Append(data);
    ASSERT_TRUE(appended.ok()) << appended.message();
    const auto closed = writer->Close();
    ASSERT_TRUE(closed.ok()) << closed.status().message();
    EXPECT_EQ(closed->length, bytes);
    EXPECT_EQ(closed->crc32c, Checksum(ChecksumType::kCrc32c, data));
    EXPECT_TRUE(namenode_->completed());
    EXPECT_EQ(namenode_->Contents(), data);
    EXPECT_THAT(namenode_->complaints(), IsEmpty());
  }

  // The error with which writing `bytes` bytes ends.
  Status WriteAndFail(size_t bytes) {
    auto writer = Open();
    const Status appended = writer->Append(TestBytes(bytes));
    const Status status = appended.ok() ? writer->Close().status() : appended;
    EXPECT_FALSE(namenode_->completed());
    return status;
  }

  // Where a block is, by the nodes' names.
  std::vector<std::string> NodesOf(size_t block) const {
    const std::vector<LocatedBlock> blocks = namenode_->blocks();
    std::vector<std::string> nodes;
    for (const BlockLocation& location : blocks.at(block).locations) {
      nodes.push_back(location.node.uuid);
    }
    return nodes;
  }

  ClientOptions options_ = SmallPackets();
  Durability durability_ = Durability::kReplicated;
  FakePacing pacing_;
  uint32_t replication_ = 3;
  std::unique_ptr<FakeNamenode> namenode_;
};

TEST_F(FileWriterTest, BytesOfEverySizeNearAnEdgeArriveOnAllNodes) {
  for (const size_t bytes : {size_t{0}, size_t{1}, size_t{511}, size_t{512}, size_t{513},
                             kPacketData - 1, kPacketData, kPacketData + 1, kBlock - 1,
                             kBlock, kBlock + 1, 3 * kBlock, 3 * kBlock + 5000}) {
    SCOPED_TRACE(bytes);
    Start(3);
    WriteAndCheck(bytes);
    for (size_t block = 0; block < namenode_->blocks().size(); ++block) {
      EXPECT_THAT(NodesOf(block), SizeIs(3));
    }
  }
}

TEST_F(FileWriterTest, AnEmptyFileHasNoBlock) {
  Start(1, 1);
  WriteAndCheck(0);
  EXPECT_THAT(namenode_->blocks(), IsEmpty());
}

TEST_F(FileWriterTest, ManySmallAppendsMakeTheSameFile) {
  Start(2, 2);
  const std::vector<std::byte> data = TestBytes(kBlock + 777);
  auto writer = Open();
  std::minstd_rand random(7);
  for (size_t at = 0; at < data.size();) {
    const size_t count = std::min<size_t>(random() % 700, data.size() - at);
    ASSERT_TRUE(writer->Append(std::span(data).subspan(at, count)).ok());
    at += count;
  }
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_EQ(namenode_->Contents(), data);
  EXPECT_THAT(namenode_->complaints(), IsEmpty());
}

TEST_F(FileWriterTest, ABlockSizeThatCutsAChunkIsRefused) {
  Start(1, 1);
  const auto writer = FileWriter::Create(
      *namenode_, options_, {.path = "/f", .replication = 1, .block_size = 1000});
  EXPECT_TRUE(Is(writer.status(), ErrorKind::kInvalidInput));
  EXPECT_THAT(writer.status().message(), HasSubstr("dfs.bytes-per-checksum"));
}

// --- set-up

TEST_F(FileWriterTest, ANodeThatRefusesConnectionsIsAvoided) {
  for (const size_t dead : {0U, 1U, 2U}) {
    SCOPED_TRACE(dead);
    Start(4);
    namenode_->node(dead).Die();
    WriteAndCheck(2 * kBlock);
    EXPECT_EQ(namenode_->abandoned(), 1);
    for (size_t block = 0; block < 2; ++block) {
      EXPECT_THAT(NodesOf(block), Not(Contains(fmt::format("node-{}", dead))));
    }
  }
}

TEST_F(FileWriterTest, ANodeThatFailsItsSetUpIsAvoided) {
  for (const size_t bad : {0U, 1U, 2U}) {
    SCOPED_TRACE(bad);
    Start(4);
    namenode_->node(bad).set_script({.fail_set_ups = 1});
    WriteAndCheck(1000);
    EXPECT_EQ(namenode_->abandoned(), 1);
  }
}

TEST_F(FileWriterTest, ANodeThatIsStoppedAtSetUpIsFoundAndAvoided) {
  for (const size_t stopped : {0U, 1U, 2U}) {
    SCOPED_TRACE(stopped);
    Start(4);
    namenode_->node(stopped).Freeze();
    WriteAndCheck(3 * kBlock);
    EXPECT_EQ(namenode_->abandoned(), 1) << "the node is remembered for later blocks";
  }
}

TEST_F(FileWriterTest, ARefusedTokenCostsATryAndExcludesNobody) {
  Start(3);
  namenode_->node(0).set_script({.refuse_tokens = 1});
  WriteAndCheck(1000);
  EXPECT_EQ(namenode_->abandoned(), 1);
  EXPECT_THAT(NodesOf(0), SizeIs(3));
}

TEST_F(FileWriterTest, FourTriesAreMadeForABlock) {
  Start(8, 1);
  for (size_t i = 0; i < 4; ++i) namenode_->node(i).Die();
  const Status status = WriteAndFail(1000);
  EXPECT_TRUE(Is(status, ErrorKind::kTransient));
  EXPECT_THAT(status.message(), HasSubstr("in 4 tries"));
  EXPECT_EQ(namenode_->abandoned(), 4);
}

TEST_F(FileWriterTest, WhenAllNodesAreExcludedTheyAreTriedAgain) {
  Start(1, 1);
  namenode_->node(0).set_script({.fail_set_ups = 1});
  WriteAndCheck(1000);
}

// --- streaming

TEST_F(FileWriterTest, ANodeThatDiesMidBlockIsDroppedAndNothingIsLost) {
  for (const size_t node : {0U, 1U, 2U}) {
    for (const int64_t packet : {0, 1, 9, 17}) {
      SCOPED_TRACE(fmt::format("node {} packet {}", node, packet));
      Start(3);
      namenode_->node(node).set_script({.die_at_packet = packet});
      WriteAndCheck(kBlock - 100);
      EXPECT_EQ(namenode_->recoveries(), 1);
      EXPECT_THAT(NodesOf(0), SizeIs(2));
    }
  }
}

TEST_F(FileWriterTest, ANodeThatStopsMidBlockIsFoundAndDropped) {
  for (const size_t node : {0U, 1U, 2U}) {
    SCOPED_TRACE(node);
    Start(3);
    namenode_->node(node).set_script({.freeze_at_packet = 5});
    WriteAndCheck(kBlock / 2);
    EXPECT_EQ(namenode_->recoveries(), 1);
    EXPECT_THAT(NodesOf(0), Not(Contains(fmt::format("node-{}", node))));
  }
}

TEST_F(FileWriterTest, AConnectionThatEndsMidBlockCostsANodeAndNoBytes) {
  for (const size_t node : {0U, 1U, 2U}) {
    SCOPED_TRACE(node);
    Start(3);
    namenode_->node(node).set_script({.close_at_packet = 3});
    WriteAndCheck(2 * kBlock);
    EXPECT_EQ(namenode_->recoveries(), 1);
  }
}

TEST_F(FileWriterTest, ABadAcknowledgementDropsTheNodeThatSentIt) {
  for (const size_t node : {0U, 1U, 2U}) {
    SCOPED_TRACE(node);
    Start(3);
    namenode_->node(node).set_script({.bad_ack_at_packet = 4});
    WriteAndCheck(kBlock / 2);
    EXPECT_THAT(NodesOf(0), Not(Contains(fmt::format("node-{}", node))));
  }
}

TEST_F(FileWriterTest, OfTwoBadRepliesTheOneNearTheTailIsTakenFirst) {
  Start(3);
  namenode_->node(1).set_script({.bad_ack_at_packet = 4});
  namenode_->node(2).set_script({.bad_ack_at_packet = 4});
  WriteAndCheck(kBlock / 2);
  EXPECT_THAT(NodesOf(0), ElementsAre("node-0", "node-1"));
}

TEST_F(FileWriterTest, TwoNodesThatDieOneAfterTheOtherLeaveTheFileWhole) {
  Start(3);
  options_.replace_datanode_policy = ReplaceDatanodePolicy::kNever;
  namenode_->node(0).set_script({.die_at_packet = 4});
  namenode_->node(2).set_script({.die_at_packet = 8});
  WriteAndCheck(kBlock);
  EXPECT_THAT(NodesOf(0), SizeIs(1));
}

TEST_F(FileWriterTest, ANodeThatFailsItsRecoveryIsDroppedToo) {
  Start(3);
  options_.replace_datanode_policy = ReplaceDatanodePolicy::kNever;
  auto writer = Open();
  const std::vector<std::byte> data = TestBytes(kBlock / 2);
  ASSERT_TRUE(writer->Append(std::span(data).first(1000)).ok());
  ASSERT_TRUE(writer->Flush(Durability::kReplicated).ok());
  namenode_->node(1).set_script({.fail_set_ups = 1});
  namenode_->node(0).Die();
  ASSERT_TRUE(writer->Append(std::span(data).subspan(1000)).ok());
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_EQ(namenode_->Contents(), data);
  EXPECT_THAT(namenode_->complaints(), IsEmpty());
  EXPECT_THAT(NodesOf(0), ElementsAre("node-2"));
}

TEST_F(FileWriterTest, WhenAllNodesDieTheWriteFailsAndTheFileIsNotCompleted) {
  Start(3);
  options_.replace_datanode_policy = ReplaceDatanodePolicy::kNever;
  for (size_t i = 0; i < 3; ++i) namenode_->node(i).set_script({.die_at_packet = 4});
  const Status status = WriteAndFail(kBlock / 2);
  EXPECT_TRUE(Is(status, ErrorKind::kTransient));
  EXPECT_THAT(status.message(), HasSubstr("the last DataNode of block"));
}

TEST_F(FileWriterTest, APacketThatBreaksThePipelineAgainAndAgainEndsTheWrite) {
  Start(8, 8);
  options_.replace_datanode_policy = ReplaceDatanodePolicy::kNever;
  // Each time the first node ends the connection before the first acknowledgement.
  for (size_t i = 0; i < 8; ++i) {
    namenode_->node(i).set_script({.close_at_packet = static_cast<int64_t>(0)});
  }
  namenode_->node(7).set_script({});
  const Status status = WriteAndFail(kPacketData);
  EXPECT_THAT(status.message(), HasSubstr("broke 6 times at the same packet"));
}

TEST_F(FileWriterTest, ANodeThatIsSlowButAnswersIsAskedAndWaitedFor) {
  Start(3);
  namenode_->node(1).set_script({.hold_at_packet = 3});
  std::jthread release([&] {
    namenode_->node(1).AwaitRequests(81, 2);  // probes
    namenode_->node(1).Release();
  });
  WriteAndCheck(kBlock / 2);
  EXPECT_EQ(namenode_->recoveries(), 0);
  EXPECT_THAT(NodesOf(0), SizeIs(3));
}

TEST_F(FileWriterTest, ALoneNodeThatStopsEndsTheFileWhileTheNamenodeAnswers) {
  Start(1, 1);
  namenode_->node(0).set_script({.freeze_at_packet = 3});
  const Status status = WriteAndFail(kBlock / 2);
  EXPECT_EQ(KindOf(status), ErrorKind::kTransient);
  EXPECT_THAT(status.message(), HasSubstr("does not answer any more"));
}

TEST_F(FileWriterTest, ALoneNodeThatIsSlowButAnswersIsWaitedFor) {
  Start(1, 1);
  namenode_->node(0).set_script({.hold_at_packet = 3});
  std::jthread release([&] {
    namenode_->node(0).AwaitRequests(81, 2);  // probes
    namenode_->node(0).Release();
  });
  WriteAndCheck(kBlock / 2);
  EXPECT_EQ(namenode_->recoveries(), 0);
}

TEST_F(FileWriterTest, NobodyIsBlamedWhileNoNodeAnswers) {
  Start(3);
  for (size_t i = 0; i < 3; ++i) namenode_->node(i).set_script({.freeze_at_packet = 2});
  std::jthread thaw([&] {
    for (size_t i = 0; i < 3; ++i) {
      namenode_->node(i).AwaitFrozen();
      namenode_->node(i).Thaw();
    }
  });
  WriteAndCheck(kBlock / 2);
}

// --- the end of a block

TEST_F(FileWriterTest, ANodeThatDiesAtTheLastPacketIsDroppedByACloseRecovery) {
  for (const size_t node : {0U, 1U, 2U}) {
    SCOPED_TRACE(node);
    Start(3);
    namenode_->node(node).set_script({.die_at_last_packet = true});
    WriteAndCheck(kBlock / 2);
    EXPECT_EQ(namenode_->recoveries(), 1);
    EXPECT_THAT(NodesOf(0), SizeIs(2));
  }
}

TEST_F(FileWriterTest, ANodeThatDiesAtABlocksEndIsAvoidedByTheNextBlock) {
  Start(4);
  namenode_->node(1).set_script({.die_at_last_packet = true});
  WriteAndCheck(3 * kBlock);
  EXPECT_THAT(NodesOf(1), SizeIs(3));
}

// --- replacement

TEST_F(FileWriterTest, WhenHalfOfTheReplicasAreLostAnotherNodeGetsACopy) {
  Start(4);
  namenode_->node(0).set_script({.die_at_packet = 4});
  namenode_->node(1).set_script({.die_at_packet = 8});
  WriteAndCheck(kBlock);
  EXPECT_THAT(NodesOf(0), ElementsAre("node-2", "node-3"));
  EXPECT_EQ(namenode_->node(2).requests(86), 1);
}

TEST_F(FileWriterTest, ThePolicyAlwaysReplacesTheFirstNodeThatIsLost) {
  Start(4);
  options_.replace_datanode_policy = ReplaceDatanodePolicy::kAlways;
  namenode_->node(0).set_script({.die_at_packet = 4});
  WriteAndCheck(kBlock);
  EXPECT_THAT(NodesOf(0), SizeIs(3));
}

TEST_F(FileWriterTest, AfterAFlushALostNodeIsReplaced) {
  Start(4);
  auto writer = Open();
  const std::vector<std::byte> data = TestBytes(kBlock / 2);
  ASSERT_TRUE(writer->Append(std::span(data).first(700)).ok());
  ASSERT_TRUE(writer->Flush(Durability::kReplicated).ok());
  namenode_->node(1).Die();
  ASSERT_TRUE(writer->Append(std::span(data).subspan(700)).ok());
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_EQ(namenode_->Contents(), data);
  EXPECT_THAT(NodesOf(0), SizeIs(3));
  EXPECT_THAT(namenode_->complaints(), IsEmpty());
}

TEST_F(FileWriterTest, WithoutAnotherNodeTheWriteFailsUnlessBestEffortIsAsked) {
  for (const bool best_effort : {false, true}) {
    SCOPED_TRACE(best_effort);
    Start(3);
    options_.replace_datanode_policy = ReplaceDatanodePolicy::kAlways;
    options_.replace_datanode_best_effort = best_effort;
    namenode_->node(0).set_script({.die_at_packet = 4});
    if (best_effort) {
      WriteAndCheck(kBlock / 2);
    } else {
      EXPECT_THAT(WriteAndFail(kBlock / 2).message(), HasSubstr("no other in its place"));
    }
  }
}

TEST_F(FileWriterTest, ATransferThatFailsIsTriedWithAnotherNode) {
  Start(5);
  options_.replace_datanode_policy = ReplaceDatanodePolicy::kAlways;
  namenode_->node(0).set_script({.die_at_packet = 4});
  namenode_->node(1).set_script({.fail_transfers = 1});
  WriteAndCheck(kBlock / 2);
  EXPECT_THAT(NodesOf(0), ElementsAre("node-1", "node-2", "node-4"));
}

// --- flush

TEST_F(FileWriterTest, FlushedBytesAreWithTheNodesAndTheirNumberIsPublished) {
  Start(3);
  auto writer = Open();
  const std::vector<std::byte> data = TestBytes(10'000);
  size_t at = 0;
  for (const size_t count : {1U, 510U, 1U, 512U, 3'000U, 77U}) {
    ASSERT_TRUE(writer->Append(std::span(data).subspan(at, count)).ok());
    at += count;
    ASSERT_TRUE(writer->Flush(Durability::kOnDisk).ok());
    EXPECT_EQ(namenode_->published(), at);
    const auto replica =
        namenode_->node(2).replica(namenode_->blocks().back().block.block_id);
    EXPECT_EQ(replica->bytes, std::vector(data.begin(), data.begin() + at));
  }
  ASSERT_TRUE(writer->Flush(Durability::kOnDisk).ok()) << "nothing is new";
  const auto closed = writer->Close();
  ASSERT_TRUE(closed.ok()) << closed.status().message();
  EXPECT_EQ(closed->crc32c, Checksum(ChecksumType::kCrc32c, std::span(data).first(at)));
  EXPECT_THAT(namenode_->complaints(), IsEmpty());
}

// --- close

TEST_F(FileWriterTest, CloseAsksUntilTheNamenodeHasTheLastBlock) {
  Start(3);
  namenode_->set_not_complete_yet(5);
  WriteAndCheck(1000);
  EXPECT_THAT(pacing_.sleeps(), ElementsAre(5ms, 10ms, 20ms, 40ms, 80ms));
}

TEST_F(FileWriterTest, CloseGivesUpWhenTheLastBlockNeverGetsItsReplicas) {
  Start(3);
  namenode_->set_not_complete_yet(1000);
  const Status status = WriteAndFail(1000);
  EXPECT_TRUE(Is(status, ErrorKind::kTransient));
  EXPECT_THAT(status.message(), HasSubstr("too few replicas"));
}

TEST_F(FileWriterTest, BytesThatChangedOnTheirWayToADiskAreFoundAfterClose) {
  Start(1, 1);
  namenode_->node(0).set_script({.corrupt_stored = true});
  auto writer = Open();
  ASSERT_TRUE(writer->Append(TestBytes(5000)).ok());
  const Status status = writer->Close().status();
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption));
  EXPECT_THAT(status.message(), HasSubstr("5000 with"));
}

TEST_F(FileWriterTest, AFileThatIsShorterAtTheNamenodeIsFoundAfterClose) {
  for (const VerifyFile verify : {VerifyFile::kLength, VerifyFile::kChecksum}) {
    Start(1, 1);
    options_.verify = verify;
    namenode_->set_length(0);
    auto writer = Open();
    ASSERT_TRUE(writer->Append(TestBytes(5000)).ok());
    EXPECT_TRUE(Is(writer->Close().status(), ErrorKind::kCorruption));
  }
}

TEST_F(FileWriterTest, AnAbortedFileIsNeverCompleted) {
  Start(3);
  auto writer = Open();
  ASSERT_TRUE(writer->Append(TestBytes(kBlock + 5)).ok());
  writer->Abort();
  writer->Abort();
  EXPECT_TRUE(Is(writer->Append(TestBytes(1 << 20)), ErrorKind::kCancelled));
  EXPECT_TRUE(Is(writer->Close().status(), ErrorKind::kCancelled));
  EXPECT_FALSE(namenode_->completed());
}

TEST_F(FileWriterTest, AnAbortDoesNotWaitForNodesThatTakeNothing) {
  Start(2, 2);
  auto writer = Open();
  ASSERT_TRUE(writer->Append(TestBytes(1000)).ok());
  ASSERT_TRUE(writer->Flush(Durability::kReplicated).ok());
  namenode_->node(0).Freeze();
  namenode_->node(1).Freeze();
  ASSERT_TRUE(writer->Append(TestBytes(5 * kPacketData)).ok());
  writer.reset();
  EXPECT_FALSE(namenode_->completed());
}

TEST_F(FileWriterTest, ALostLeaseEndsTheFileFromAnotherThread) {
  Start(3);
  auto writer = Open();
  ASSERT_TRUE(writer->Append(TestBytes(1000)).ok());
  std::jthread renewer([&] {
    writer->Fail(Error(ErrorKind::kTransient, "the lease could not be renewed"));
  });
  renewer.join();
  EXPECT_THAT(writer->Close().status().message(), HasSubstr("lease"));
  EXPECT_FALSE(namenode_->completed());
}

TEST_F(FileWriterTest, RandomFaultsUpToTwoNodesOfFiveNeverLoseAByte) {
  const uint64_t first_seed = std::random_device{}();
  for (uint64_t seed = first_seed; seed < first_seed + 40; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937_64 random(seed);
    Start(5);
    for (int faults = 0; faults < 2; ++faults) {
      const auto packet = static_cast<int64_t>(random() % 60);
      FakeDatanode::Script script;
      switch (random() % 6) {
        case 0:
          script.die_at_packet = packet;
          break;
        case 1:
          script.freeze_at_packet = packet;
          break;
        case 2:
          script.close_at_packet = packet;
          break;
        case 3:
          script.bad_ack_at_packet = packet;
          break;
        case 4:
          script.die_at_last_packet = true;
          break;
        default:
          script.fail_set_ups = static_cast<int>(1 + random() % 2);
          break;
      }
      namenode_->node(random() % 3).set_script(script);
    }
    WriteAndCheck(1 + random() % (4 * kBlock));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace howdah::hdfs
