#include "hdfs/block_locations.h"

#include <utility>

namespace howdah::hdfs {
namespace {

// Java asks for ten blocks' length (dfs.client.read.prefetch.size); this many bytes are
// ten thousand small blocks at worst, and eighty of the usual ones.
constexpr uint64_t kStretchBytes = uint64_t{10} << 30;

}  // namespace

BlockLocations::BlockLocations(Namenode& namenode, std::string path)
    : namenode_(namenode), path_(std::move(path)) {}

Result<std::unique_ptr<BlockLocations>> BlockLocations::Open(Namenode& namenode,
                                                             std::string path) {
  HOWDAH_ASSIGN_OR_RETURN(LocatedBlocks blocks,
                          namenode.GetBlockLocations(path, 0, kStretchBytes));
  if (blocks.encrypted) {
    return Error(ErrorKind::kUnsupported,
                 "{} is in an encryption zone, which this client cannot read", path);
  }
  if (!blocks.erasure_coding_policy.empty()) {
    return Error(ErrorKind::kUnsupported,
                 "{} is erasure coded ({}), which this client cannot read", path,
                 blocks.erasure_coding_policy);
  }
  std::unique_ptr<BlockLocations> locations(
      new BlockLocations(namenode, std::move(path)));
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
  HOWDAH_ASSIGN_OR_RETURN(LocatedBlocks blocks,
                          namenode_.GetBlockLocations(path_, offset, kStretchBytes));
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
