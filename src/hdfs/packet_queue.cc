#include "hdfs/packet_queue.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <iterator>
#include <utility>

namespace howdah::hdfs {

PacketQueue::PacketQueue(const ChecksumFormat& format, uint32_t chunks, size_t limit)
    : format_(format),
      chunks_(chunks),
      limit_(limit),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

PacketQueue::~PacketQueue() {
  if (wake_ >= 0) close(wake_);
}

void PacketQueue::Wake() {
  if (!asleep_) return;
  asleep_ = false;
  Signal();
}

void PacketQueue::Signal() {
  const uint64_t one = 1;
  (void)!write(wake_, &one, sizeof one);
}

void PacketQueue::Nudge() {
  const std::lock_guard lock(mutex_);
  Signal();
}

bool PacketQueue::HasRoom() const { return outside_ + quarter() <= limit_; }

bool PacketQueue::has_room() const {
  const std::lock_guard lock(mutex_);
  return HasRoom();
}

Status PacketQueue::WaitForRoom() {
  std::unique_lock lock(mutex_);
  writer_waits_ = true;
  changed_.wait(lock, [&] { return HasRoom() || !failure_.ok(); });
  writer_waits_ = false;
  return failure_;
}

Result<PacketPointer> PacketQueue::NewPacket() {
  const std::lock_guard lock(mutex_);
  HOWDAH_RETURN_IF_ERROR(failure_);
  if (outside_ >= limit_) return nullptr;
  ++outside_;
  if (free_.empty()) return std::make_unique<OutPacket>(format_, chunks_);
  PacketPointer packet = std::move(free_.back());
  free_.pop_back();
  return packet;
}

Status PacketQueue::Push(PacketPointer packet) {
  const std::lock_guard lock(mutex_);
  pushed_.push_back(std::move(packet));
  Wake();
  return failure_;
}

Status PacketQueue::WaitForAck(int64_t sequence) {
  std::unique_lock lock(mutex_);
  ack_wanted_ = sequence;
  writer_waits_ = true;
  changed_.wait(lock, [&] { return acknowledged_ >= sequence || !failure_.ok(); });
  writer_waits_ = false;
  ack_wanted_ = -1;
  return acknowledged_ >= sequence ? Status::OK() : failure_;
}

bool PacketQueue::acknowledged(int64_t sequence) const {
  const std::lock_guard lock(mutex_);
  return acknowledged_ >= sequence;
}

void PacketQueue::Finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  Wake();
}

void PacketQueue::Fail(Status reason) {
  const std::lock_guard lock(mutex_);
  if (!failure_.ok()) return;
  failure_ = std::move(reason);
  Signal();
  changed_.notify_all();
}

Status PacketQueue::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void PacketQueue::Collect(std::deque<PacketPointer>* packets) {
  const std::lock_guard lock(mutex_);
  packets->insert(packets->end(), std::make_move_iterator(pushed_.begin()),
                  std::make_move_iterator(pushed_.end()));
  pushed_.clear();
}

void PacketQueue::Acknowledge(std::vector<PacketPointer>* packets, int64_t sequence) {
  const std::lock_guard lock(mutex_);
  outside_ -= packets->size();
  std::move(packets->begin(), packets->end(), std::back_inserter(free_));
  packets->clear();
  acknowledged_ = sequence;
  if (!writer_waits_) return;
  const bool wanted = ack_wanted_ >= 0 ? acknowledged_ >= ack_wanted_ : HasRoom();
  if (wanted) changed_.notify_all();
}

bool PacketQueue::BeginSleep() {
  const std::lock_guard lock(mutex_);
  if (!pushed_.empty() || finished_ || !failure_.ok()) return false;
  asleep_ = true;
  return true;
}

void PacketQueue::EndSleep() {
  const std::lock_guard lock(mutex_);
  asleep_ = false;
  if (!failure_.ok()) return;  // both threads may be waiting: let each see it
  uint64_t count = 0;
  (void)!read(wake_, &count, sizeof count);
}

bool PacketQueue::finished() const {
  const std::lock_guard lock(mutex_);
  return finished_ && pushed_.empty();
}

}  // namespace howdah::hdfs
