#pragma once

#include <cstdint>
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
  /// Look the file up. NotFound; Unsupported: an encryption zone, erasure coding.
  static Result<std::unique_ptr<BlockLocations>> Open(Namenode& namenode,
                                                      std::string path);

  /// The file's length when it was opened. Of a file that is being written: what the
  /// NameNode knows of, that is the blocks that are complete and what hsync published.
  uint64_t file_length() const { return file_length_; }

  /// The block with the byte at `offset`, which is less than file_length().
  /// Corruption: the file has become shorter.
  Result<std::shared_ptr<const LocatedBlock>> Find(uint64_t offset);
  /// The same, but ask the NameNode even if it is remembered.
  Result<std::shared_ptr<const LocatedBlock>> Refetch(uint64_t offset);

 private:
  BlockLocations(Namenode& namenode, std::string path);
  void Remember(LocatedBlocks blocks);
  std::shared_ptr<const LocatedBlock> Recall(uint64_t offset);

  Namenode& namenode_;
  const std::string path_;
  uint64_t file_length_ = 0;
  std::mutex mutex_;
  std::map<uint64_t, std::shared_ptr<const LocatedBlock>> blocks_;  // by first byte
};

}  // namespace howdah::hdfs
