#include "testing/hdfs/fake_namenode.h"

#include <algorithm>

namespace howdah::hdfs {
namespace {

constexpr uint64_t kFileId = 17;

FileStatus StatusOf(uint64_t length, uint32_t replication) {
  return {.length = length, .replication = replication, .file_id = kFileId};
}

}  // namespace

FakeNamenode::FakeNamenode(size_t datanodes) {
  for (size_t i = 0; i < datanodes; ++i) {
    nodes_.push_back(std::make_unique<FakeDatanode>(fmt::format("node-{}", i)));
  }
}

std::vector<std::byte> FakeNamenode::Contents() {
  const std::lock_guard lock(mutex_);
  std::vector<std::byte> contents;
  for (const LocatedBlock& block : blocks_) {
    const std::vector<std::byte>* first = nullptr;
    std::vector<FakeDatanode::Replica> replicas;
    for (const BlockLocation& location : block.locations) {
      for (const auto& node : nodes_) {
        if (node->location().node.uuid != location.node.uuid) continue;
        const auto replica = node->replica(block.block.block_id);
        if (replica && replica->finalized &&
            replica->generation_stamp == block.block.generation_stamp) {
          replicas.push_back(*replica);
        }
      }
    }
    for (const auto& replica : replicas) {
      if (first == nullptr) first = &replica.bytes;
      if (replica.bytes != *first) complaints_.emplace_back("replicas differ");
    }
    if (first == nullptr) {
      complaints_.push_back(fmt::format("block {} is nowhere", block.block.block_id));
    } else {
      contents.insert(contents.end(), first->begin(), first->end());
    }
  }
  return contents;
}

void FakeNamenode::PutFile(const std::vector<std::vector<std::byte>>& blocks) {
  const std::lock_guard lock(mutex_);
  blocks_.clear();
  uint64_t offset = 0;
  for (const auto& bytes : blocks) {
    LocatedBlock block{.block = {.pool_id = "pool",
                                 .block_id = next_block_id_++,
                                 .generation_stamp = next_stamp_++,
                                 .num_bytes = bytes.size()},
                       .offset = offset};
    offset += bytes.size();
    for (const auto& node : nodes_) {
      node->Put(block.block.block_id, {.generation_stamp = block.block.generation_stamp,
                                       .bytes = bytes,
                                       .finalized = true});
      block.locations.push_back(node->location());
    }
    blocks_.push_back(block);
  }
  completed_ = true;
}

std::vector<LocatedBlock> FakeNamenode::blocks() const {
  const std::lock_guard lock(mutex_);
  return blocks_;
}
bool FakeNamenode::completed() const {
  const std::lock_guard lock(mutex_);
  return completed_;
}
int FakeNamenode::abandoned() const {
  const std::lock_guard lock(mutex_);
  return abandoned_;
}
int FakeNamenode::recoveries() const {
  const std::lock_guard lock(mutex_);
  return recoveries_;
}
uint64_t FakeNamenode::published() const {
  const std::lock_guard lock(mutex_);
  return published_;
}
int FakeNamenode::location_requests() const {
  const std::lock_guard lock(mutex_);
  return location_requests_;
}
std::vector<std::string> FakeNamenode::reported() const {
  const std::lock_guard lock(mutex_);
  return reported_;
}
std::vector<std::string> FakeNamenode::complaints() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all = complaints_;
  for (const auto& node : nodes_) {
    for (const std::string& complaint : node->complaints()) all.push_back(complaint);
  }
  return all;
}
void FakeNamenode::set_not_complete_yet(int times) {
  const std::lock_guard lock(mutex_);
  not_complete_yet_ = times;
}
void FakeNamenode::set_length(uint64_t length) {
  const std::lock_guard lock(mutex_);
  length_ = length;
}

Result<FileStatus> FakeNamenode::Create(const CreateRequest& request) {
  const std::lock_guard lock(mutex_);
  replication_ = request.replication;
  return StatusOf(0, replication_);
}

bool FakeNamenode::IsExcluded(const FakeDatanode& node,
                              std::span<const DatanodeInfo> excluded) const {
  const std::string uuid = node.location().node.uuid;
  return std::any_of(excluded.begin(), excluded.end(),
                     [&](const DatanodeInfo& other) { return other.uuid == uuid; });
}

// What the client says of the block that it has ended.
void FakeNamenode::CommitLast(const std::optional<ExtendedBlock>& previous) {
  if (blocks_.empty() != !previous.has_value()) {
    complaints_.emplace_back("the previous block is missing, or there was none");
  }
  if (blocks_.empty() || !previous.has_value()) return;
  ExtendedBlock& last = blocks_.back().block;
  if (last.block_id != previous->block_id ||
      last.generation_stamp != previous->generation_stamp) {
    complaints_.emplace_back("the previous block is another one");
  }
  last.num_bytes = previous->num_bytes;
}

Result<LocatedBlock> FakeNamenode::AddBlock(const std::string& /*path*/, uint64_t file_id,
                                            const std::optional<ExtendedBlock>& previous,
                                            std::span<const DatanodeInfo> excluded) {
  const std::lock_guard lock(mutex_);
  if (file_id != kFileId) complaints_.emplace_back("another file");
  CommitLast(previous);
  LocatedBlock block{.block = {.pool_id = "pool",
                               .block_id = next_block_id_++,
                               .generation_stamp = next_stamp_++},
                     .offset = Length()};
  for (const auto& node : nodes_) {
    if (block.locations.size() < replication_ && !IsExcluded(*node, excluded)) {
      block.locations.push_back(node->location());
    }
  }
  if (block.locations.empty()) {
    return Error(ErrorKind::kTransient, "could only be written to 0 of the 1 nodes");
  }
  blocks_.push_back(block);
  return block;
}

Status FakeNamenode::AbandonBlock(const std::string& /*path*/, uint64_t /*file_id*/,
                                  const ExtendedBlock& block) {
  const std::lock_guard lock(mutex_);
  if (blocks_.empty() || blocks_.back().block.block_id != block.block_id) {
    complaints_.emplace_back("another block is abandoned");
  } else {
    blocks_.pop_back();
  }
  ++abandoned_;
  return Status::OK();
}

Result<bool> FakeNamenode::Complete(const std::string& /*path*/, uint64_t file_id,
                                    const std::optional<ExtendedBlock>& last) {
  const std::lock_guard lock(mutex_);
  if (file_id != kFileId) complaints_.emplace_back("another file");
  CommitLast(last);
  if (not_complete_yet_ > 0) {
    --not_complete_yet_;
    return false;
  }
  completed_ = true;
  return true;
}

Result<LocatedBlock> FakeNamenode::UpdateBlockForPipeline(const ExtendedBlock& block) {
  const std::lock_guard lock(mutex_);
  LocatedBlock updated = blocks_.back();
  if (updated.block.block_id != block.block_id ||
      updated.block.generation_stamp != block.generation_stamp) {
    complaints_.emplace_back("an unknown block is to be updated");
  }
  updated.block.generation_stamp = next_stamp_++;
  return updated;
}

Status FakeNamenode::UpdatePipeline(const ExtendedBlock& old_block,
                                    const ExtendedBlock& new_block,
                                    std::span<const BlockLocation> pipeline) {
  const std::lock_guard lock(mutex_);
  LocatedBlock& last = blocks_.back();
  if (last.block.block_id != old_block.block_id ||
      last.block.generation_stamp != old_block.generation_stamp ||
      new_block.block_id != old_block.block_id ||
      new_block.generation_stamp <= old_block.generation_stamp || pipeline.empty()) {
    complaints_.emplace_back("a pipeline is updated that is none");
  }
  last.block.generation_stamp = new_block.generation_stamp;
  last.locations.assign(pipeline.begin(), pipeline.end());
  ++recoveries_;
  return Status::OK();
}

Result<LocatedBlock> FakeNamenode::GetAdditionalDatanode(
    const std::string& /*path*/, uint64_t /*file_id*/, const ExtendedBlock& /*block*/,
    std::span<const BlockLocation> existing, std::span<const DatanodeInfo> excluded,
    uint32_t /*wanted*/) {
  const std::lock_guard lock(mutex_);
  LocatedBlock answer = blocks_.back();
  answer.locations.assign(existing.begin(), existing.end());
  for (const auto& node : nodes_) {
    const std::string uuid = node->location().node.uuid;
    const bool known =
        std::any_of(existing.begin(), existing.end(),
                    [&](const BlockLocation& l) { return l.node.uuid == uuid; });
    if (known || IsExcluded(*node, excluded)) continue;
    answer.locations.push_back(node->location());
    break;
  }
  return answer;
}

Status FakeNamenode::Fsync(const std::string& /*path*/, uint64_t /*file_id*/,
                           uint64_t length) {
  const std::lock_guard lock(mutex_);
  published_ = length;
  return Status::OK();
}

uint64_t FakeNamenode::Length() const {
  uint64_t length = 0;
  for (const LocatedBlock& block : blocks_) length += block.block.num_bytes;
  return length;
}

Result<LocatedBlocks> FakeNamenode::GetBlockLocations(const std::string& /*path*/,
                                                      uint64_t offset, uint64_t length) {
  const std::lock_guard lock(mutex_);
  ++location_requests_;
  LocatedBlocks located{.file_length = length_.value_or(Length())};
  for (const LocatedBlock& block : blocks_) {
    if (block.offset + block.block.num_bytes > offset && block.offset < offset + length) {
      located.blocks.push_back(block);
    }
  }
  return located;
}

Result<std::optional<FileStatus>> FakeNamenode::GetFileInfo(const std::string& /*path*/) {
  const std::lock_guard lock(mutex_);
  return StatusOf(length_.value_or(Length()), replication_);
}

Status FakeNamenode::ReportBadBlocks(std::span<const LocatedBlock> blocks) {
  const std::lock_guard lock(mutex_);
  for (const LocatedBlock& block : blocks) {
    for (const auto& location : block.locations) reported_.push_back(location.node.uuid);
  }
  return Status::OK();
}

}  // namespace howdah::hdfs
