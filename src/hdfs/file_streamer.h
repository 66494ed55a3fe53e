#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
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
///
/// While a pipeline is up and the writer brings packets, the writer's own thread sends
/// them and takes the acknowledgements (Help): bytes go to the kernel from the cache into
/// which they were just written, and no thread has to be woken. This thread then only
/// looks every now and then whether the writer still does.
class FileStreamer {
 public:
  /// Both must outlive it.
  FileStreamer(const WriteContext& context, PacketQueue* queue);
  ~FileStreamer();  ///< the queue must be finished or failed

  /// The writer was promised that bytes are visible: Java's isHflushed.
  void set_flushed() { flushed_ = true; }
  /// The writer's: send what it has pushed and take acknowledgements, without waiting.
  void Help();
  /// The writer's: do all that brings the block on, waiting too, until `done()`. \return
  /// false: not done, and no pipeline is up.
  /// \param acks  how many acknowledgements may make `done()` so.
  bool HelpUntil(size_t acks, const std::function<bool()>& done);
  /// Wait for the thread's end. OK: all packets are acknowledged.
  Status Join();
  /// After Join: the last block with its length; none of an empty file.
  const std::optional<ExtendedBlock>& last_block() const { return last_block_; }
  /// After Join: nodes that did not do well (uuids).
  std::set<std::string> doubtful_nodes();

 private:
  using Clock = std::chrono::steady_clock;

  void Run();
  Status StreamBlocks();
  Status StreamBlock();
  BlockStream::End Drive(BlockStream* stream);
  void Sleep(const std::optional<BlockStream::Wait>& wait);
  Result<Socket> Recover(PipelineStage stage, PipelineFault fault);
  bool WaitForPacket();

  const WriteContext& context_;
  PacketQueue* const queue_;
  ExcludedNodes excluded_;
  PacketWindow window_;
  Pipeline pipeline_;
  int recoveries_ = 0;             // since a packet was acknowledged
  std::mutex driving_;             // held by the thread that moves stream_
  BlockStream* stream_ = nullptr;  // while its pipeline is up
  std::atomic<Clock::rep> helped_at_{Clock::time_point::min().time_since_epoch().count()};
  std::optional<ExtendedBlock> last_block_;
  std::atomic<bool> flushed_{false};
  Status status_;
  std::thread thread_;
};

}  // namespace howdah::hdfs
