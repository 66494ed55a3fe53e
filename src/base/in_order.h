#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "base/status.h"
#include "base/timed_wait.h"

namespace howdah {

/// Consumes items, which several threads finish in any order, in the order of their
/// sequence numbers 0, 1, 2, …; one at a time, by whichever thread brings the one that is
/// next. Items that came early wait; they are bounded by the bytes they say they hold.
/// Thread-safe.
///
/// The item that is next is always let in, so that threads ahead of it cannot block it.
template <typename T>
class InOrder {
 public:
  explicit InOrder(int64_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

  /// Wait for room, then bring the item number `sequence`. If nobody consumes and it is
  /// the next one, it and those that follow are consumed before this returns:
  /// `consume(T)`, without a lock held.
  /// \return the first error of `consume`, after which nothing is consumed any more.
  template <typename Consume>
  Status Put(int64_t sequence, T item, int64_t bytes, const Consume& consume) {
    std::unique_lock lock(mutex_);
    TimedWait(lock, room_, &waited_, [&] {
      return cancelled_ || sequence == next_ || waiting_bytes_ + bytes <= capacity_bytes_;
    });
    if (cancelled_) return Status::OK();
    items_.emplace(sequence, std::make_pair(std::move(item), bytes));
    waiting_bytes_ += bytes;
    if (consuming_) return Status::OK();
    consuming_ = true;
    Status status;
    for (auto first = items_.begin();
         status.ok() && first != items_.end() && first->first == next_;
         first = items_.begin()) {
      T ready = std::move(first->second.first);
      waiting_bytes_ -= first->second.second;
      items_.erase(first);
      lock.unlock();
      status = consume(std::move(ready));
      lock.lock();
      ++next_;
      room_.notify_all();
    }
    consuming_ = !status.ok();
    return status;
  }

  /// Drop what waits and turn away everything: the job is stopping.
  void Cancel() {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
    items_.clear();
    waiting_bytes_ = 0;
    room_.notify_all();
  }

  /// Bytes that waiting items say they hold.
  int64_t waiting_bytes() const {
    std::lock_guard lock(mutex_);
    return waiting_bytes_;
  }
  /// Time that threads have spent waiting for room, summed over them.
  std::chrono::nanoseconds waited() const {
    std::lock_guard lock(mutex_);
    return waited_;
  }

 private:
  const int64_t capacity_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::map<int64_t, std::pair<T, int64_t>> items_;
  int64_t next_ = 0;
  int64_t waiting_bytes_ = 0;
  bool consuming_ = false;
  bool cancelled_ = false;
  std::chrono::nanoseconds waited_{0};
};

}  // namespace howdah
