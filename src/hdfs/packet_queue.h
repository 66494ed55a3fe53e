#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "base/status.h"
#include "hdfs/out_packet.h"

namespace howdah::hdfs {

using PacketPointer = std::unique_ptr<OutPacket>;

/// Between the thread that writes a file and the one that streams it: sealed packets go
/// one way, empty ones come back once they are acknowledged. No more than `limit` packets
/// exist, so a writer waits while as many are on their way. Thread-safe; one writer, one
/// streamer.
class PacketQueue {
 public:
  PacketQueue(const ChecksumFormat& format, uint32_t chunks, size_t limit);
  ~PacketQueue();
  PacketQueue(const PacketQueue&) = delete;
  PacketQueue& operator=(const PacketQueue&) = delete;

  // --- the writer's
  /// An empty packet; nullptr while there is no room. The error with which the stream
  /// ended.
  Result<PacketPointer> NewPacket();
  /// Room for a quarter of the window, not for one packet: fewer changes of thread.
  bool has_room() const;
  size_t quarter() const { return (limit_ + 3) / 4; }
  Status WaitForRoom();
  Status Push(PacketPointer packet);
  /// Wait until this packet and all before it are acknowledged.
  Status WaitForAck(int64_t sequence);
  bool acknowledged(int64_t sequence) const;
  /// No more packets will come.
  void Finish();

  // --- anyone's
  /// End the stream: everybody who waits, or will, gets `reason`. The first one counts.
  void Fail(Status reason);
  Status failure() const;

  // --- the streamer's
  /// Move what was pushed to the end of `*packets`.
  void Collect(std::deque<PacketPointer>* packets);
  /// Give back acknowledged packets; the last one's number is `sequence`.
  void Acknowledge(std::vector<PacketPointer>* packets, int64_t sequence);
  /// For poll(2): readable after Nudge; after BeginSleep also once there is something to
  /// Collect or the queue is finished; and for ever once it has failed.
  int wake_descriptor() const { return wake_; }
  /// Before poll. False: there is something already, do not sleep.
  bool BeginSleep();
  void EndSleep();
  /// Wake the streamer, whatever it is waiting for. Anyone's.
  void Nudge();
  /// Finished, and all was collected.
  bool finished() const;

 private:
  // With the lock held:
  void Wake();
  void Signal();
  bool HasRoom() const;

  const ChecksumFormat format_;
  const uint32_t chunks_;
  const size_t limit_;
  const int wake_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // room, acknowledgements, failure: for the writer
  std::deque<PacketPointer> pushed_;
  std::vector<PacketPointer> free_;
  size_t outside_ = 0;  // packets that are neither in free_ nor gone
  bool writer_waits_ = false;
  int64_t ack_wanted_ = -1;  // what it waits for; -1: room
  int64_t acknowledged_ = -1;
  bool asleep_ = false;
  bool finished_ = false;
  Status failure_;
};

}  // namespace howdah::hdfs
