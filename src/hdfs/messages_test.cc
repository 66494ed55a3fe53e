// The expected bytes were made by Google's protobuf for Python from the descriptors in
// Hadoop 3.5.0's own jars.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hdfs/block_messages.h"
#include "hdfs/message_reader.h"
#include "hdfs/status_messages.h"
#include "testing/hdfs/hex.h"
#include "testing/storage/expect_kind.h"

namespace howdah::hdfs {
namespace {

using testing::HasSubstr;

const std::string kBlock = FromHex("0a0442502d3110818080800418e9072080808040");
const std::string kToken =
    FromHex("0a020001120270771a10484446535f424c4f434b5f544f4b454e2200");
const std::string kLocatedBlock = FromHex(
    "0a140a0442502d3110818080800418e90720808080401080808080011a380a1c0a083130"
    "2e302e302e311203646e311a027531208a4d28884d308b4d10e807420d2f64656661756c"
    "742d7261636b920105332e352e301a380a1c0a0831302e302e302e321203646e321a0275"
    "32208a4d28884d308b4d10e807420d2f64656661756c742d7261636b920105332e352e30"
    "20002a1c0a020001120270771a10484446535f424c4f434b5f544f4b454e220032020100"
    "38013802420444532d31420444532d32");
const std::string kLocatedBlocks = FromHex(
    "08848080800112c4010a140a0442502d3110818080800418e90720808080401080808080"
    "011a380a1c0a0831302e302e302e311203646e311a027531208a4d28884d308b4d10e807"
    "420d2f64656661756c742d7261636b920105332e352e301a380a1c0a0831302e302e302e"
    "321203646e321a027532208a4d28884d308b4d10e807420d2f64656661756c742d726163"
    "6b920105332e352e3020002a1c0a020001120270771a10484446535f424c4f434b5f544f"
    "4b454e22003202010038013802420444532d31420444532d32180122c4010a140a044250"
    "2d3110818080800418e90720808080401080808080011a380a1c0a0831302e302e302e31"
    "1203646e311a027531208a4d28884d308b4d10e807420d2f64656661756c742d7261636b"
    "920105332e352e301a380a1c0a0831302e302e302e321203646e321a027532208a4d2888"
    "4d308b4d10e807420d2f64656661756c742d7261636b920105332e352e3020002a1c0a02"
    "0001120270771a10484446535f424c4f434b5f544f4b454e220032020100380138024204"
    "44532d31420444532d3228003a022001");
const std::string kFirstDatanodeId =
    FromHex("0a0831302e302e302e311203646e311a027531208a4d28884d308b4d");
const std::string kStatus = FromHex(
    "080212036120621805220308a4072a03626f623205737461666638fbd095ffbc3140c8d3"
    "95ffbc3150035880808040688380017000800107900109");
const std::string kListing = FromHex(
    "0a3b080212036120621805220308a4072a03626f623205737461666638fbd095ffbc3140"
    "c8d395ffbc31500358808080406883800170008001079001090a2f080112076772c3b6c3"
    "9f651800220308ed032a03626f623205737461666638014000680270ffffffffffffffff"
    "ff01100c");
const std::string kSummary = FromHex("080a1002180320ffffffffffffffffff01281e308020");
const std::string kDefaults = FromHex("0880808040108004188080042003288020300138e8024002");
const std::string kStats = FromHex("0864101418502001280230034809");

template <typename Read>
auto Parse(std::string_view bytes, Read read) {
  return Decode("the answer", "TheMessage", bytes, read);
}

TEST(Messages, ABlockAndATokenAreEncodedAsProtobufDoes) {
  EXPECT_EQ(ToHex(EncodeExtendedBlock({"BP-1", 1073741825, 1001, 134217728})),
            ToHex(kBlock));
  EXPECT_EQ(ToHex(EncodeToken({std::string("\0\1", 2), "pw", "HDFS_BLOCK_TOKEN", ""})),
            ToHex(kToken));
}

TEST(Messages, ALocatedBlockIsReadWithItsReplicas) {
  const LocatedBlock block = Parse(kLocatedBlock, ReadLocatedBlock).ValueOrDie();
  EXPECT_EQ(block.block.pool_id, "BP-1");
  EXPECT_EQ(block.block.block_id, 1073741825u);
  EXPECT_EQ(block.block.generation_stamp, 1001u);
  EXPECT_EQ(block.block.num_bytes, 134217728u);
  EXPECT_EQ(block.offset, 268435456u);
  EXPECT_FALSE(block.corrupt);
  EXPECT_EQ(block.token.password, "pw");
  ASSERT_EQ(block.locations.size(), 2u);
  EXPECT_EQ(block.locations[0].node.address(), "10.0.0.1:9866");
  EXPECT_EQ(block.locations[1].node.uuid, "u2");
  EXPECT_EQ(block.locations[1].node.host_name, "dn2");
  EXPECT_EQ(block.locations[0].storage_type, StorageType::kDisk);
  EXPECT_EQ(block.locations[1].storage_type, StorageType::kSsd);
  EXPECT_EQ(block.locations[1].storage_id, "DS-2");
}

TEST(Messages, ALocatedBlockGoesBackWithWhatItsNodesSaidThatWeDoNotKnow) {
  const LocatedBlock block = Parse(kLocatedBlock, ReadLocatedBlock).ValueOrDie();
  // All but isCached (field 6), which is the NameNode's own.
  std::string expected = kLocatedBlock;
  const std::string cached = FromHex("32020100");
  expected.erase(expected.find(cached), cached.size());
  EXPECT_EQ(ToHex(EncodeLocatedBlock(block)), ToHex(expected));
  EXPECT_EQ(ToHex(DatanodeIdOf(block.locations[0].node).ValueOrDie()),
            ToHex(kFirstDatanodeId));
}

TEST(Messages, RepeatedEnumsAreReadPackedOrNot) {
  const auto types = [](std::string_view hex) {
    return Parse(FromHex(hex),
                 [](MessageReader reader) {
                   std::vector<int32_t> values;
                   while (reader.Next()) {
                     if (reader.field() == 7) reader.AppendEnums(&values);
                   }
                   return values;
                 })
        .ValueOrDie();
  };
  EXPECT_THAT(types("3801 3802 3804"), testing::ElementsAre(1, 2, 4));
  EXPECT_THAT(types("3a03 010204"), testing::ElementsAre(1, 2, 4));
  EXPECT_THAT(types("3a02 0102 3804"), testing::ElementsAre(1, 2, 4));
}

TEST(Messages, TheBlocksOfAFileTellItsStateAndItsErasureCoding) {
  const LocatedBlocks blocks = Parse(kLocatedBlocks, ReadLocatedBlocks).ValueOrDie();
  EXPECT_EQ(blocks.file_length, 268435460u);
  EXPECT_TRUE(blocks.under_construction);
  EXPECT_FALSE(blocks.last_block_complete);
  EXPECT_EQ(blocks.blocks.size(), 1u);
  EXPECT_EQ(blocks.last_block->block.block_id, 1073741825u);
  EXPECT_FALSE(blocks.encrypted);
  EXPECT_EQ(blocks.erasure_coding_policy, "RS-6-3-1024k");
}

TEST(Messages, AFileStatusIsReadWhole) {
  const FileStatus status = Parse(kStatus, ReadFileStatus).ValueOrDie();
  EXPECT_EQ(status.type, NodeType::kFile);
  EXPECT_EQ(status.name, "a b");
  EXPECT_EQ(status.length, 5u);
  EXPECT_EQ(status.mode, 01644u);
  EXPECT_EQ(status.owner, "bob");
  EXPECT_EQ(status.group, "staff");
  EXPECT_EQ(status.modification_time_ms, 1700000000123);
  EXPECT_EQ(status.access_time_ms, 1700000000456);
  EXPECT_EQ(status.replication, 3u);
  EXPECT_EQ(status.block_size, 134217728u);
  EXPECT_EQ(status.file_id, 16387u);
  EXPECT_TRUE(status.has_acl);
  EXPECT_TRUE(status.snapshot_enabled);
  EXPECT_FALSE(status.encrypted);
  EXPECT_FALSE(status.erasure_coded);
}

TEST(Messages, AListingTellsItsEntriesAndHowManyFollow) {
  const DirectoryListing listing = Parse(kListing, ReadDirectoryListing).ValueOrDie();
  ASSERT_EQ(listing.entries.size(), 2u);
  EXPECT_EQ(listing.entries[1].name, "größe");
  EXPECT_EQ(listing.entries[1].type, NodeType::kDirectory);
  EXPECT_EQ(listing.entries[1].children, -1);
  EXPECT_EQ(listing.remaining, 12u);
}

TEST(Messages, SummaryDefaultsAndSpaceAreRead) {
  const ContentSummary summary = Parse(kSummary, ReadContentSummary).ValueOrDie();
  EXPECT_EQ(summary.length, 10u);
  EXPECT_EQ(summary.file_count, 2u);
  EXPECT_EQ(summary.directory_count, 3u);
  EXPECT_EQ(summary.quota, -1);
  EXPECT_EQ(summary.space_consumed, 30u);
  EXPECT_EQ(summary.space_quota, 4096);
  const ServerDefaults defaults = Parse(kDefaults, ReadServerDefaults).ValueOrDie();
  EXPECT_EQ(defaults.block_size, 134217728u);
  EXPECT_EQ(defaults.write_packet_size, 65536u);
  EXPECT_TRUE(defaults.encrypt_data_transfer);
  EXPECT_EQ(defaults.trash_interval_minutes, 360);
  const FileSystemStatus space = Parse(kStats, ReadFileSystemStatus).ValueOrDie();
  EXPECT_EQ(space.capacity, 100u);
  EXPECT_EQ(space.remaining, 80u);
  EXPECT_EQ(space.missing_blocks, 3u);
}

TEST(Messages, AMissingRequiredFieldIsCorruptionInOneSentence) {
  const auto summary = Parse(FromHex("0801"), ReadContentSummary);
  ASSERT_KIND(summary, kCorruption);
  EXPECT_EQ(summary.status().message(), "the answer: TheMessage lacks its field 2");
}

TEST(Messages, AWrongWireTypeAndAWrongValueAreCorruption) {
  EXPECT_THAT(Parse(FromHex("0a0101"), ReadContentSummary).status().message(),
              HasSubstr("field 1 of TheMessage has wire type 2, expected 0"));
  std::string status = kStatus;
  status[1] = 9;  // the type of file
  EXPECT_THAT(Parse(status, ReadFileStatus).status().message(),
              HasSubstr("9 is no type of file"));
  // A port beyond 16 bits.
  EXPECT_KIND(Parse(FromHex("0a0d 0a0161 120162 1a0163 208080fe1f"),
                    [](MessageReader reader) { return ReadDatanodeInfo(reader, ""); }),
              kCorruption);
}

TEST(Messages, EveryTruncationAndEveryFlippedByteIsReadWithoutHarm) {
  const auto read_all = [](std::string_view bytes) {
    static_cast<void>(Parse(bytes, ReadLocatedBlocks));
    static_cast<void>(Parse(bytes, ReadDirectoryListing));
    static_cast<void>(Parse(bytes, ReadServerDefaults));
  };
  for (const std::string& message : {kLocatedBlocks, kListing, kDefaults}) {
    for (size_t i = 0; i < message.size(); ++i) {
      // Copies of exact size, so that a read beyond the end is seen.
      read_all(std::string(message.substr(0, i)));
      std::string flipped = message;
      for (const int bit : {0, 1, 2, 7}) {
        flipped[i] = static_cast<char>(message[i] ^ 1 << bit);
        read_all(flipped);
      }
    }
  }
}

}  // namespace
}  // namespace howdah::hdfs
