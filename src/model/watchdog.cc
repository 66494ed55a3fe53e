#include "model/watchdog.h"

#include <utility>

namespace howdah {

Watchdog::Watchdog(Options options) : options_(std::move(options)) {
  if (options_.limit > Clock::duration::zero()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { Loop(stop); });
  }
}

Watchdog::~Watchdog() = default;  // the jthread stops and joins

Watchdog::Watched::Watched(Watchdog& watchdog) : watchdog_(watchdog) {
  std::lock_guard lock(watchdog_.mutex_);
  begun_ = watchdog_.under_way_.insert(Clock::now());
  // Only the oldest call matters, and a later one cannot be older.
  if (watchdog_.under_way_.size() == 1) watchdog_.changed_.notify_one();
}

Watchdog::Watched::~Watched() {
  std::lock_guard lock(watchdog_.mutex_);
  watchdog_.under_way_.erase(begun_);
}

bool Watchdog::WaitForOverdue(std::unique_lock<std::mutex>& lock,
                              const std::stop_token& stop, Clock::duration limit) {
  while (!stop.stop_requested()) {
    if (under_way_.empty()) {
      changed_.wait(lock, stop, [this] { return !under_way_.empty(); });
      continue;
    }
    const Clock::time_point overdue = *under_way_.begin() + limit;
    if (Clock::now() >= overdue) return true;
    changed_.wait_until(lock, stop, overdue, [] { return false; });
  }
  return false;
}

void Watchdog::Loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!WaitForOverdue(lock, stop, options_.limit)) return;
  fired_ = true;
  lock.unlock();
  options_.cancel();
  lock.lock();
  if (options_.give_up == nullptr) return;
  if (WaitForOverdue(lock, stop, options_.limit + options_.grace)) options_.give_up();
}

}  // namespace howdah
