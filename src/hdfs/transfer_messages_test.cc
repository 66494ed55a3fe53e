#include "hdfs/transfer_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "hdfs/ack_reader.h"
#include "hdfs/checksum.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/out_packet.h"
#include "testing/hdfs/hex.h"
#include "testing/hdfs/loopback_listener.h"
#include "testing/hdfs/test_bytes.h"
#include "testing/hdfs/transfer_request.h"

namespace howdah::hdfs {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

struct Pair {
  LoopbackListener listener;
  Socket client = Socket::Connect("127.0.0.1", listener.port(), 10s).ValueOrDie();
  Socket server = listener.Accept();
};

std::string Hex(std::span<const std::byte> bytes) {
  return ToHex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// Expected bytes by datatransfer.proto and the protobuf encoding, worked out by hand.
TEST(TransferMessages, AReadIsAFrameWithVersionOperationAndMessage) {
  const ExtendedBlock block{
      .pool_id = "p", .block_id = 1, .generation_stamp = 2, .num_bytes = 3};
  EXPECT_EQ(ToHex(EncodeReadBlock(block, {}, "c", 5, 6)),
            "001c51"
            "20"    // length of the message
            "0a1a"  // header
            "0a15"  // its base header
            "0a09"
            "0a0170"
            "1001"
            "1802"
            "2003"  // the block
            "1208"
            "0a00"
            "1200"
            "1a00"
            "2200"    // the token
            "120163"  // the client's name
            "1005"
            "1806");  // offset, length
}

TEST(TransferMessages, APacketHeaderHasFieldsOfFixedWidth) {
  std::array<std::byte, kMaxPacketHeaderBytes> room{};
  const size_t begin = EncodePacketHeader(
      {.offset_in_block = 0x0102, .sequence = -1, .data_bytes = 7, .last_in_block = true},
      8, room);
  EXPECT_EQ(Hex(std::span(room).subspan(begin)),
            "00000013"
            "0019"                // 4 + 8 + 7; 25 bytes of header
            "090201000000000000"  // offset
            "11ffffffffffffffff"  // sequence
            "1801"
            "2507000000");  // last, data bytes
}

TEST(TransferMessages, AnAnswerIsUnderstood) {
  const auto answer =
      DecodeBlockOpResponse("peer", FromHex("0801 1203 613a31 2a02 6e6f")).ValueOrDie();
  EXPECT_EQ(answer.status, TransferStatus::kError);
  EXPECT_EQ(answer.first_bad_link, "a:1");
  EXPECT_EQ(answer.message, "no");
}

TEST(TransferMessages, AStatusThatNobodyKnowsIsAnErrorWithItsNumber) {
  const auto answer = DecodeBlockOpResponse("peer", FromHex("084d")).ValueOrDie();
  const Status status = TransferError(answer.status, "reading", "");
  EXPECT_TRUE(Is(status, ErrorKind::kTransient));
  EXPECT_THAT(status.message(), HasSubstr("status 77"));
}

TEST(TransferMessages, StatusesHaveKinds) {
  EXPECT_TRUE(Is(TransferError(TransferStatus::kErrorAccessToken, "x", ""),
                 ErrorKind::kPermissionDenied));
  EXPECT_TRUE(
      Is(TransferError(TransferStatus::kErrorChecksum, "x", ""), ErrorKind::kCorruption));
  EXPECT_TRUE(Is(TransferError(TransferStatus::kErrorUnsupported, "x", ""),
                 ErrorKind::kUnsupported));
  EXPECT_EQ(TransferError(TransferStatus::kError, "reading block 1", "no disk").message(),
            "reading block 1: the DataNode failed (ERROR): no disk");
}

TEST(TransferMessages, AcknowledgementsTakeStatusesPackedOrNotWithFlagsOrWithout) {
  for (const char* hex :
       {"0804 1000 1002", "0804 1202 0002", "0804 1000 1002 2202 0002"}) {
    const auto ack = DecodePipelineAck("peer", FromHex(hex)).ValueOrDie();
    EXPECT_EQ(ack.sequence, 2);
    ASSERT_EQ(ack.replies.size(), 2U);
    EXPECT_EQ(ack.replies[0].status, TransferStatus::kSuccess);
    EXPECT_EQ(ack.replies[1].status, TransferStatus::kErrorChecksum);
  }
}

TEST(TransferMessages, AFlagSaysThatANodeIsCongested) {
  // Bits 5 and 6: ECN. 0x61 is CONGESTED with status ERROR.
  const auto ack = DecodePipelineAck("peer", FromHex("0804 1001 2201 61")).ValueOrDie();
  EXPECT_TRUE(ack.replies.at(0).congested);
  EXPECT_EQ(ack.replies.at(0).status, TransferStatus::kError);
}

TEST(TransferMessages, RandomBytesAreCorruptionOrSomethingButNeverMore) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::vector<Status> statuses{DecodeBlockOpResponse("p", bytes).status(),
                                       DecodePacketHeader("p", bytes).status(),
                                       DecodePipelineAck("p", bytes).status()};
    for (const Status& status : statuses) {
      EXPECT_TRUE(status.ok() || Is(status, ErrorKind::kCorruption)) << ToHex(bytes);
    }
  }
}

TEST(TransferMessages, APrefixThatNoPacketHasIsCorruption) {
  for (const char* hex :
       {"000000030019", "010000010019", "ffffffff0019", "000000040000", "000000040041"}) {
    const std::string bytes = FromHex(hex);
    const auto span = std::as_bytes(std::span(bytes)).first<kPacketPrefixBytes>();
    EXPECT_TRUE(Is(DecodePacketPrefix("p", span).status(), ErrorKind::kCorruption))
        << hex;
  }
}

TEST(TransferMessages, AnAnswerOfUnboundedLengthIsRefusedBeforeItIsRead) {
  for (const char* hex : {"ffffffff7f", "ffffffffffffffffff01", "81808001"}) {
    Pair pair;
    ASSERT_TRUE(SendRequest(pair.server, FromHex(hex)).ok());
    const Status status = ReadDelimited(pair.client).status();
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << hex;
    EXPECT_THAT(status.message(), HasSubstr("is it a DataNode?"));
  }
}

TEST(AckReader, TakesAcknowledgementsFromPiecesAndInHeaps) {
  Pair pair;
  std::string bytes;
  constexpr int kCount = 5'000;
  for (int i = 0; i < kCount; ++i) bytes += FromHex("04 0804 1000");
  std::jthread writer([&] {
    for (size_t at = 0; at < bytes.size(); at += 7) {
      EXPECT_TRUE(SendRequest(pair.server, std::string_view(bytes).substr(at, 7)).ok());
    }
    pair.server.Shutdown();
  });
  AckReader reader;
  int got = 0;
  while (true) {
    const auto ack = reader.Next(pair.client);
    if (!ack.ok()) {
      EXPECT_TRUE(Is(ack.status(), ErrorKind::kTransient));
      break;
    }
    if (ack->has_value()) ++got;
  }
  EXPECT_EQ(got, kCount) << "all that came before the end is given out";
}

TEST(AckReader, AnAcknowledgementThatIsTooLongIsCorruption) {
  for (const char* hex : {"ffff7f", "ffffff", "80800a"}) {
    Pair pair;
    ASSERT_TRUE(SendRequest(pair.server, FromHex(hex)).ok());
    AckReader reader;
    auto ack = reader.Next(pair.client);
    while (ack.ok() && !ack->has_value()) ack = reader.Next(pair.client);
    EXPECT_TRUE(Is(ack.status(), ErrorKind::kCorruption)) << hex;
  }
}

// The check value of each CRC is that of the nine digits, from the catalogue of CRCs.
TEST(Checksum, BothKindsHaveTheirKnownValues) {
  const auto digits = std::as_bytes(std::span("123456789", 9));
  EXPECT_EQ(Checksum(ChecksumType::kCrc32c, digits), 0xE3069283U);
  EXPECT_EQ(Checksum(ChecksumType::kCrc32, digits), 0xCBF43926U);
}

TEST(Checksum, JoinedCrcsAreThoseOfTheWhole) {
  const auto bytes = TestBytes(10'000);
  for (const ChecksumType type : {ChecksumType::kCrc32, ChecksumType::kCrc32c}) {
    for (const size_t cut : {0U, 1U, 511U, 512U, 5'000U, 9'999U, 10'000U}) {
      const auto first = std::span(bytes).first(cut),
                 second = std::span(bytes).subspan(cut);
      const uint32_t a = Checksum(type, first), b = Checksum(type, second);
      EXPECT_EQ(JoinCrcs(type, a, b, second.size()), Checksum(type, bytes));
      EXPECT_EQ(CrcJoiner(type, second.size()).Join(a, b), Checksum(type, bytes));
    }
  }
}

TEST(Checksum, EachBitThatChangesIsFoundInItsChunk) {
  auto bytes = TestBytes(1'300);
  for (const ChecksumType type : {ChecksumType::kCrc32, ChecksumType::kCrc32c}) {
    const ChecksumFormat format{.type = type, .chunk_bytes = 512};
    std::vector<std::byte> sums(ChecksumBytes(format, bytes.size()));
    ASSERT_EQ(sums.size(), 12U);
    ChecksumChunks(format, bytes, sums);
    EXPECT_FALSE(FirstBadChunk(format, bytes, sums).has_value());
    for (const size_t at : {0U, 511U, 512U, 1'024U, 1'299U}) {
      bytes[at] ^= std::byte{0x10};
      EXPECT_EQ(FirstBadChunk(format, bytes, sums), at / 512);
      bytes[at] ^= std::byte{0x10};
    }
  }
}

TEST(Checksum, FormatsThatCannotBeAreRefused) {
  EXPECT_TRUE(CheckFormat("p", {.type = ChecksumType::kCrc32, .chunk_bytes = 512}).ok());
  EXPECT_TRUE(Is(CheckFormat("p", {.chunk_bytes = 0}), ErrorKind::kCorruption));
  EXPECT_TRUE(Is(CheckFormat("p", {.chunk_bytes = 1U << 30}), ErrorKind::kCorruption));
  EXPECT_TRUE(Is(CheckFormat("p", {.type = static_cast<ChecksumType>(9)}),
                 ErrorKind::kUnsupported));
}

TEST(OutPacket, GoesOverTheWireWithItsChecksumsAndCanBeSentAgain) {
  EXPECT_EQ(ChunksPerPacket({}, 65'536), 126U);  // as Java
  EXPECT_EQ(ChunksPerPacket({}, 10), 1U);
  const auto bytes = TestBytes(1'300);
  OutPacket packet({}, 4);
  for (int round = 0; round < 2; ++round) {
    packet.Begin(512);
    EXPECT_EQ(packet.Append(bytes), bytes.size());
    EXPECT_EQ(packet.Append(TestBytes(5'000)), 4 * 512 - bytes.size());
    packet.Begin(512);
    packet.Append(bytes);
    packet.Seal(9, OutPacket::Kind::kData, round == 1);
    EXPECT_EQ(packet.end(), 512 + bytes.size());
    Pair pair;
    ASSERT_TRUE(pair.client.Write(std::span<const std::byte>(packet.wire())).ok());
    const auto got = ReadPacket(pair.server);
    ASSERT_TRUE(got.ok()) << got.status().message();
    EXPECT_EQ(got->data, bytes);
    EXPECT_EQ(got->header.offset_in_block, 512);
    EXPECT_EQ(got->header.sequence, 9);
    EXPECT_EQ(got->header.sync_block, round == 1);
    EXPECT_FALSE(got->header.last_in_block);
  }
}

}  // namespace
}  // namespace howdah::hdfs
