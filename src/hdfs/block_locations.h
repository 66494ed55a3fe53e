#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/status.h"
#include "hdfs/namenode.h"
#include "hdfs/protocol.h"

namespace howdah::hdfs {

/// Where the blocks of one open file are: asked for in stretches, remembered, asked again
/// on request. Thread-safe.
class BlockLocations {
 public:
  /// Tells how far a block is that is being written: replica_length.h.
  using AskLength = std::function<Result<uint64_t>(const LocatedBlock& block)>;

  /// Look the file up. NotFound; Unsupported: an encryption zone, erasure coding; what
  /// `ask_length` says of the last block of a file that is being written. Without
  /// `ask_length` that block is left out.
  static Result<std::unique_ptr<BlockLocations>> Open(Namenode& namenode,
                                                      std::string path,
                                                      AskLength ask_length = nullptr);

  /// The file's length when it was opened. Of a file that is being written: at least what
  /// its writer was told to be visible (hflush) before.
  uint64_t file_length() const { return file_length_; }

  /// The block with the byte at `offset`, which is less than file_length().
  /// Corruption: the file has become shorter.
  Result<std::shared_ptr<const LocatedBlock>> Find(uint64_t offset);
  /// The same, but ask the NameNode even if it is remembered.
  Result<std::shared_ptr<const LocatedBlock>> Refetch(uint64_t offset);

 private:
  BlockLocations(Namenode& namenode, std::string path, AskLength ask_length);
  Result<LocatedBlocks> Fetch(uint64_t offset);
  void Remember(LocatedBlocks blocks);
  std::shared_ptr<const LocatedBlock> Recall(uint64_t offset);

  Namenode& namenode_;
  const std::string path_;
  const AskLength ask_length_;
  uint64_t file_length_ = 0;
  std::mutex mutex_;
  std::map<uint64_t, std::shared_ptr<const LocatedBlock>> blocks_;  // by first byte
};

}  // namespace howdah::hdfs
