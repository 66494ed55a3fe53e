#pragma once

#include <poll.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "hdfs/ack_clock.h"
#include "hdfs/ack_reader.h"
#include "hdfs/packet_queue.h"
#include "hdfs/socket.h"
#include "hdfs/write_context.h"

namespace howdah::hdfs {

/// The packets that a writer has handed over and that are not acknowledged.
struct PacketWindow {
  std::deque<PacketPointer> waiting;  ///< to be sent
  std::deque<PacketPointer> sent;     ///< acknowledgements are owed

  /// All that was sent will be sent again.
  void Requeue();
};

/// Streams packets over one connection of a pipeline until the block ends or the pipeline
/// breaks: sends, takes acknowledgements, keeps an idle connection alive with heartbeats,
/// and finds nodes that stop answering. It never waits for the connection: who drives it
/// does. Thread-compatible. Source: DataStreamer.java, run and ResponseProcessor.
///
/// Which node is at fault: the last one in the pipeline whose reply is not SUCCESS; the
/// one that does not answer a probe while others do; otherwise the first. A silent
/// pipeline whose nodes all answer is waited for as long as Java does: ReadLimit.
class BlockStream {
 public:
  BlockStream(const WriteContext& context, Socket socket, PacketQueue* queue,
              PacketWindow* window, Pipeline* pipeline);

  enum class End {
    kBlockDone,  ///< the last packet is acknowledged
    kBroken,     ///< fault() says why
    kStopped,    ///< the queue has failed
  };
  /// Whether a pipeline that has been silent for too long is looked into, which may take
  /// seconds.
  enum class Silence { kIgnore, kLookInto };
  /// Bring the block on as far as goes without waiting: send what was pushed, take
  /// acknowledgements. \return how it ended, from then on the same; nullopt: it goes on.
  std::optional<End> Advance(Silence silence);
  /// What to wait for before the next Advance, or that a packet is pushed.
  struct Wait {
    pollfd connection;
    int timeout_ms = 0;
    bool for_room = false;  ///< in the kernel's buffer: new packets change nothing
  };
  /// \param acks  fewer acknowledgements are of no use to who waits, who may be left
  ///   asleep for a few milliseconds after them: each wake-up costs more than taking one.
  /// nullopt: there is something to do at once.
  std::optional<Wait> NextWait(size_t acks = 1);
  const PipelineFault& fault() const { return fault_; }
  /// At least one packet was acknowledged.
  bool progressed() const { return progressed_; }
  /// The last packet of the block is on its way, so a recovery is one of the close.
  bool closing() const { return closing_; }

 private:
  using Clock = std::chrono::steady_clock;

  void Send();
  bool MaySend() const;
  void Gather();
  void SendHeartbeat();
  void TakeAcks();
  void TakeAck(const PipelineAck& ack);
  void CheckReplies(const PipelineAck& ack);
  void LookForStopped();
  Clock::time_point NextDeadline() const;
  bool owed() const { return !window_->sent.empty() || heartbeat_owed_; }
  void Break(Status status, size_t node);

  const WriteContext& context_;
  Socket socket_;
  PacketQueue* const queue_;
  PacketWindow* const window_;
  Pipeline* const pipeline_;
  AckReader acks_;
  AckClock clock_;
  const Clock::duration heartbeat_interval_;

  std::vector<iovec> parts_;  // one for each packet that is being sent
  std::span<iovec> unsent_;   // the end of parts_ that the kernel has not taken
  std::array<std::byte, kMaxPacketHeaderBytes> heartbeat_{};
  bool heartbeat_owed_ = false;
  Clock::time_point last_sent_;
  Clock::time_point now_;
  Clock::time_point hold_until_;  // a node is congested
  int last_hold_ms_ = 0;
  std::vector<PacketPointer> acknowledged_;  // to be given back to the queue
  int64_t acknowledged_sequence_ = -1;
  bool progressed_ = false;
  bool closing_ = false;
  std::optional<End> end_;
  PipelineFault fault_;
};

}  // namespace howdah::hdfs
