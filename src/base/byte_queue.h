#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "base/timed_wait.h"

namespace howdah {

/// A first-in first-out queue between stages, bounded by the bytes that its items say
/// they hold, so that memory does not depend on the size of the input. Thread-safe, any
/// number of producers and consumers.
///
/// An item larger than the whole budget is let in when the queue is empty: it must pass
/// somehow.
template <typename T>
class ByteQueue {
 public:
  explicit ByteQueue(int64_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

  /// Wait for room, then add `item`. \return false if the queue was cancelled or closed,
  /// in which case the item is dropped.
  bool Push(T item, int64_t bytes) {
    std::unique_lock lock(mutex_);
    TimedWait(lock, room_, &push_wait_, [&] {
      return done_ || queued_bytes_ == 0 || queued_bytes_ + bytes <= capacity_bytes_;
    });
    if (done_) return false;
    items_.emplace_back(std::move(item), bytes);
    queued_bytes_ += bytes;
    items_ready_.notify_one();
    return true;
  }

  /// Wait for the next item. \return nullopt once the queue is cancelled, or closed and
  /// empty.
  std::optional<T> Pop() {
    std::unique_lock lock(mutex_);
    TimedWait(lock, items_ready_, &pop_wait_, [&] { return done_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    std::pair<T, int64_t> front = std::move(items_.front());
    items_.pop_front();
    queued_bytes_ -= front.second;
    room_.notify_all();
    return std::move(front.first);
  }

  /// No more items will come; those inside can still be popped.
  void Close() {
    std::lock_guard lock(mutex_);
    done_ = true;
    WakeAll();
  }

  /// Drop what is inside and turn away everything: the job is stopping.
  void Cancel() {
    std::lock_guard lock(mutex_);
    done_ = true;
    items_.clear();
    queued_bytes_ = 0;
    WakeAll();
  }

  /// Bytes that the items inside say they hold.
  int64_t queued_bytes() const {
    std::lock_guard lock(mutex_);
    return queued_bytes_;
  }

  /// Time that producers and consumers have spent waiting here, summed over threads.
  std::chrono::nanoseconds push_wait() const {
    std::lock_guard lock(mutex_);
    return push_wait_;
  }
  std::chrono::nanoseconds pop_wait() const {
    std::lock_guard lock(mutex_);
    return pop_wait_;
  }

 private:
  void WakeAll() {
    room_.notify_all();
    items_ready_.notify_all();
  }

  const int64_t capacity_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable room_, items_ready_;
  std::deque<std::pair<T, int64_t>> items_;
  int64_t queued_bytes_ = 0;
  bool done_ = false;
  std::chrono::nanoseconds push_wait_{0}, pop_wait_{0};
};

}  // namespace howdah
