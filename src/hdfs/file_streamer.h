#pragma once

#include <atomic>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "base/status.h"
#include "hdfs/block_stream.h"
#include "hdfs/excluded_nodes.h"
#include "hdfs/packet_queue.h"
#include "hdfs/write_context.h"

namespace howdah::hdfs {

/// The thread that brings a file's packets to DataNodes, block after block: new block,
/// stream, recovery as often as it is needed, next block. Ends when the queue is finished
/// and all is acknowledged, or fails the queue with the reason. Source:
/// DataStreamer.java.
class FileStreamer {
 public:
  /// Both must outlive it.
  FileStreamer(const WriteContext& context, PacketQueue* queue);
  ~FileStreamer();  ///< the queue must be finished or failed

  /// The writer was promised that bytes are visible: Java's isHflushed.
  void set_flushed() { flushed_ = true; }
  /// Wait for the thread's end. OK: all packets are acknowledged.
  Status Join();
  /// After Join: the last block with its length; none of an empty file.
  const std::optional<ExtendedBlock>& last_block() const { return last_block_; }
  /// After Join: nodes that did not do well (uuids).
  std::set<std::string> doubtful_nodes();

 private:
  void Run();
  Status StreamBlocks();
  Status StreamBlock();
  Result<Socket> Recover(PipelineStage stage, PipelineFault fault);
  bool WaitForPacket();

  const WriteContext& context_;
  PacketQueue* const queue_;
  ExcludedNodes excluded_;
  PacketWindow window_;
  Pipeline pipeline_;
  int recoveries_ = 0;  // since a packet was acknowledged
  std::optional<ExtendedBlock> last_block_;
  std::atomic<bool> flushed_{false};
  Status status_;
  std::thread thread_;
};

}  // namespace howdah::hdfs
