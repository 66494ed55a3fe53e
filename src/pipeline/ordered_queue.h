#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/timed_wait.h"

namespace howdah {

/// Puts items that several producers finish in any order back into the order of their
/// sequence numbers 0, 1, 2, …; bounded by the bytes that waiting items say they hold.
/// Thread-safe; one consumer.
///
/// The item that the consumer needs next is always let in, so that producers ahead of it
/// cannot block it.
template <typename T>
class OrderedQueue {
 public:
  explicit OrderedQueue(int64_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

  /// Wait for room, then add the item number `sequence`. \return false if cancelled.
  bool Push(int64_t sequence, T item, int64_t bytes) {
    std::unique_lock lock(mutex_);
    TimedWait(lock, room_, &push_wait_, [&] {
      return cancelled_ || sequence == next_ || queued_bytes_ + bytes <= capacity_bytes_;
    });
    if (cancelled_) return false;
    items_.emplace(sequence, std::make_pair(std::move(item), bytes));
    queued_bytes_ += bytes;
    if (sequence == next_) next_ready_.notify_one();
    return true;
  }

  /// Wait for the next item in order. \return nullopt once cancelled, or once `Close`d
  /// and all items before its end were popped.
  std::optional<T> Pop() {
    std::unique_lock lock(mutex_);
    TimedWait(lock, next_ready_, &pop_wait_,
              [&] { return cancelled_ || next_ == end_ || items_.count(next_) > 0; });
    const auto found = items_.find(next_);
    if (cancelled_ || found == items_.end()) return std::nullopt;
    std::pair<T, int64_t> front = std::move(found->second);
    items_.erase(found);
    queued_bytes_ -= front.second;
    ++next_;
    room_.notify_all();
    return std::move(front.first);
  }

  /// No sequence number from `end` on will come.
  void Close(int64_t end) {
    std::lock_guard lock(mutex_);
    end_ = end;
    next_ready_.notify_all();
  }

  /// Drop what is inside and turn away everything: the job is stopping.
  void Cancel() {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
    items_.clear();
    room_.notify_all();
    next_ready_.notify_all();
  }

  /// Bytes that the items inside say they hold.
  int64_t queued_bytes() const {
    std::lock_guard lock(mutex_);
    return queued_bytes_;
  }

  /// Time spent waiting here, summed over threads.
  std::chrono::nanoseconds push_wait() const {
    std::lock_guard lock(mutex_);
    return push_wait_;
  }
  std::chrono::nanoseconds pop_wait() const {
    std::lock_guard lock(mutex_);
    return pop_wait_;
  }

 private:
  const int64_t capacity_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable room_, next_ready_;
  std::map<int64_t, std::pair<T, int64_t>> items_;
  int64_t next_ = 0;
  int64_t end_ = -1;
  int64_t queued_bytes_ = 0;
  bool cancelled_ = false;
  std::chrono::nanoseconds push_wait_{0}, pop_wait_{0};
};

}  // namespace howdah
