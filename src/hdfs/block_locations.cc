#include "hdfs/block_locations.h"

#include <algorithm>
#include <utility>

namespace howdah::hdfs {
namespace {

// Java asks for ten blocks' length (dfs.client.read.prefetch.size); this many bytes are
// ten thousand small blocks at worst, and eighty of the usual ones.
constexpr uint64_t kStretchBytes = uint64_t{10} << 30;

}  // namespace

BlockLocations::BlockLocations(Namenode& namenode, std::string path, AskLength ask_length)
    : namenode_(namenode), path_(std::move(path)), ask_length_(std::move(ask_length)) {}

// The file's length and the last block's are what is visible of them. Source:
// DFSInputStream.java, fetchAndCheckLocatedBlocks; the NameNode counts complete blocks.
Result<LocatedBlocks> BlockLocations::Fetch(uint64_t offset) {
  HOWDAH_ASSIGN_OR_RETURN(LocatedBlocks blocks,
                          namenode_.GetBlockLocations(path_, offset, kStretchBytes));
  if (blocks.last_block_complete || !blocks.last_block.has_value()) return blocks;
  LocatedBlock last = *std::move(blocks.last_block);
  blocks.last_block.reset();
  std::erase_if(blocks.blocks, [&](const LocatedBlock& block) {
    return block.offset >= blocks.file_length;
  });
  if (ask_length_ == nullptr) return blocks;
  const Result<uint64_t> visible = ask_length_(last);
  if (!visible.ok()) return WithContext(visible.status(), path_);
  // Nodes differ in what they know to be acknowledged, and what was seen stays visible.
  last.offset = blocks.file_length;
  last.block.num_bytes =
      std::max(*visible, file_length_ - std::min(file_length_, last.offset));
  blocks.file_length += last.block.num_bytes;
  if (last.block.num_bytes > 0) blocks.blocks.push_back(std::move(last));
  return blocks;
}

Result<std::unique_ptr<BlockLocations>> BlockLocations::Open(Namenode& namenode,
                                                             std::string path,
                                                             AskLength ask_length) {
  std::unique_ptr<BlockLocations> locations(
      new BlockLocations(namenode, std::move(path), std::move(ask_length)));
  HOWDAH_ASSIGN_OR_RETURN(LocatedBlocks blocks, locations->Fetch(0));
  if (blocks.encrypted) {
    return Error(ErrorKind::kUnsupported,
                 "{} is in an encryption zone, which this client cannot read",
                 locations->path_);
  }
  if (!blocks.erasure_coding_policy.empty()) {
    return Error(ErrorKind::kUnsupported,
                 "{} is erasure coded ({}), which this client cannot read",
                 locations->path_, blocks.erasure_coding_policy);
  }
  locations->file_length_ = blocks.file_length;
  locations->Remember(std::move(blocks));
  return locations;
}

void BlockLocations::Remember(LocatedBlocks blocks) {
  const std::lock_guard lock(mutex_);
  for (LocatedBlock& block : blocks.blocks) {
    const uint64_t offset = block.offset;
    blocks_[offset] = std::make_shared<const LocatedBlock>(std::move(block));
  }
}

std::shared_ptr<const LocatedBlock> BlockLocations::Recall(uint64_t offset) {
  const std::lock_guard lock(mutex_);
  auto after = blocks_.upper_bound(offset);
  if (after == blocks_.begin()) return nullptr;
  const auto& block = std::prev(after)->second;
  return offset - block->offset < block->block.num_bytes ? block : nullptr;
}

Result<std::shared_ptr<const LocatedBlock>> BlockLocations::Find(uint64_t offset) {
  if (auto block = Recall(offset)) return block;
  return Refetch(offset);
}

Result<std::shared_ptr<const LocatedBlock>> BlockLocations::Refetch(uint64_t offset) {
  HOWDAH_ASSIGN_OR_RETURN(LocatedBlocks blocks, Fetch(offset));
  if (blocks.file_length < file_length_) {
    return Error(ErrorKind::kCorruption,
                 "{} was cut short while it was read: {} bytes, {} when it was opened",
                 path_, blocks.file_length, file_length_);
  }
  Remember(std::move(blocks));
  auto block = Recall(offset);
  if (block == nullptr) {
    return Error(ErrorKind::kCorruption,
                 "{}: the NameNode has no block for byte {} of {}", path_, offset,
                 file_length_);
  }
  return block;
}

}  // namespace howdah::hdfs
