#include "hdfs/block_locations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/hdfs/null_namenode.h"
#include "testing/storage/expect_kind.h"

namespace howdah::hdfs {
namespace {

/// Has a file of one complete block of 100 bytes, and a second one that is being written.
class OpenFileNamenode final : public NullNamenode {
 public:
  Result<LocatedBlocks> GetBlockLocations(const std::string& /*path*/,
                                          uint64_t /*offset*/,
                                          uint64_t /*length*/) override {
    LocatedBlocks blocks;
    blocks.file_length = 100;
    blocks.under_construction = true;
    blocks.blocks = {Block(1, 0, 100), Block(2, 100, 7)};
    blocks.last_block = blocks.blocks.back();
    return blocks;
  }

 private:
  static LocatedBlock Block(uint64_t id, uint64_t offset, uint64_t bytes) {
    LocatedBlock block;
    block.block = {.pool_id = "pool", .block_id = id, .num_bytes = bytes};
    block.offset = offset;
    return block;
  }
};

TEST(BlockLocations, TheLastBlockOfAnOpenFileIsAsLongAsItsNodesSay) {
  OpenFileNamenode namenode;
  uint64_t asked = 0;
  const auto locations = BlockLocations::Open(namenode, "/f", [&](const auto& block) {
                           asked = block.block.block_id;
                           return Result<uint64_t>(50);
                         }).ValueOrDie();
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(locations->file_length(), 150);
  const auto last = locations->Find(149).ValueOrDie();
  EXPECT_EQ(last->block.block_id, 2);
  EXPECT_EQ(last->block.num_bytes, 50);
}

TEST(BlockLocations, WhatWasVisibleOnceStaysVisible) {
  OpenFileNamenode namenode;
  uint64_t length = 50;
  const auto locations = BlockLocations::Open(namenode, "/f", [&](const auto&) {
                           return Result<uint64_t>(length);
                         }).ValueOrDie();
  length = 40;
  EXPECT_EQ(locations->Refetch(149).ValueOrDie()->block.num_bytes, 50);
  length = 60;
  EXPECT_EQ(locations->Refetch(149).ValueOrDie()->block.num_bytes, 60);
  EXPECT_EQ(locations->file_length(), 150);
}

TEST(BlockLocations, AnOpenFileWithoutAReplicaEndsBeforeItsLastBlock) {
  OpenFileNamenode namenode;
  const auto locations = BlockLocations::Open(namenode, "/f", [](const auto&) {
                           return Result<uint64_t>(0);
                         }).ValueOrDie();
  EXPECT_EQ(locations->file_length(), 100);
  EXPECT_EQ(locations->Find(99).ValueOrDie()->block.block_id, 1);
}

TEST(BlockLocations, NobodyToAskLeavesTheLastBlockOut) {
  OpenFileNamenode namenode;
  const auto locations = BlockLocations::Open(namenode, "/f").ValueOrDie();
  EXPECT_EQ(locations->file_length(), 100);
}

TEST(BlockLocations, NodesThatDoNotSayAreAnErrorOfTheFile) {
  OpenFileNamenode namenode;
  const Status status =
      BlockLocations::Open(namenode, "/f", [](const auto&) {
        return Result<uint64_t>(MakeError(ErrorKind::kTransient, "no answer"));
      }).status();
  EXPECT_KIND(status, kTransient);
  EXPECT_EQ(status.message(), "/f: no answer");
}

}  // namespace
}  // namespace howdah::hdfs
