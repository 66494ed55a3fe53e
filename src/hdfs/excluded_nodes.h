#pragma once

#include <chrono>
#include <vector>

#include "hdfs/pacing.h"
#include "hdfs/protocol.h"

namespace howdah::hdfs {

/// Nodes that a file's new blocks shall not be put on, each for a time: those with which
/// a pipeline could not be set up, and those that stopped answering. Thread-confined.
/// Source: DataStreamer.java, excludedNodes; the second reason is ours, since to find a
/// stopped node again costs seconds for each block.
class ExcludedNodes {
 public:
  ExcludedNodes(Pacing& pacing, std::chrono::milliseconds expiry)
      : pacing_(pacing), expiry_(expiry) {}

  void Add(const DatanodeInfo& node);
  void Clear() { nodes_.clear(); }
  /// Those whose time is not over.
  std::vector<DatanodeInfo> Current();

 private:
  struct Entry {
    DatanodeInfo node;
    std::chrono::milliseconds until{};
  };

  Pacing& pacing_;
  const std::chrono::milliseconds expiry_;
  std::vector<Entry> nodes_;
};

}  // namespace howdah::hdfs
