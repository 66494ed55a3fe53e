#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "hdfs/client_options.h"
#include "hdfs/namenode.h"
#include "hdfs/pacing.h"
#include "hdfs/protocol.h"
#include "hdfs/transfer_messages.h"

namespace howdah::hdfs {

/// What all parts of a writer need to know of the file that is written.
struct WriteContext {
  Namenode& namenode;
  const ClientOptions& options;
  Pacing& pacing;
  std::string path;
  uint64_t file_id = 0;
  uint32_t replication = 1;
  uint64_t block_size = 0;
  ChecksumFormat checksum;
  /// The writer has failed or was given up: whoever waits should not wait on.
  const std::atomic<bool>& given_up;
};

/// The block that is being written and the nodes that it goes through.
struct Pipeline {
  ExtendedBlock block;  ///< num_bytes: how many are acknowledged by all of `nodes`
  Token token;
  std::vector<BlockLocation> nodes;
  std::vector<DatanodeInfo> failed;  ///< nodes that this file's pipelines have lost
  uint64_t sent_bytes = 0;           ///< of the block, the most that any node may have
  bool flushed = false;              ///< the writer was promised that bytes are visible
};

/// Why a pipeline broke, and whose fault it is held to be.
struct PipelineFault {
  Status status;
  size_t node = 0;          ///< in Pipeline::nodes
  bool restarting = false;  ///< the node said that it will be back soon
  bool stopped = false;     ///< the node does not answer any more (datanode_probe.h)
  bool token = false;       ///< it is the token's fault, not the node's
};

}  // namespace howdah::hdfs
