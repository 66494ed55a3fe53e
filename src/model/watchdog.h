#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

namespace howdah {

/// Looks after calls that may never return: one that takes longer than `limit` is
/// cancelled, and where that does not help within `grace`, given up. Thread-safe.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  struct Options {
    Clock::duration limit{};  ///< zero: nothing is watched
    Clock::duration grace{};  ///< from `cancel` to `give_up`
    std::function<void()> cancel;
    std::function<void()> give_up;  ///< may end the process; nullptr: wait for ever
  };

  explicit Watchdog(Options options);
  ~Watchdog();

  /// A call under way, as long as it lives.
  class Watched {
   public:
    explicit Watched(Watchdog& watchdog);
    ~Watched();
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

   private:
    Watchdog& watchdog_;
    std::multiset<Clock::time_point>::iterator begun_;
  };

  /// Whether a call was cancelled: from then on no other can succeed.
  bool has_fired() const { return fired_; }

 private:
  void Loop(const std::stop_token& stop);
  /// Wait until the oldest call under way is older than `limit`. \return false: stopped.
  bool WaitForOverdue(std::unique_lock<std::mutex>& lock, const std::stop_token& stop,
                      Clock::duration limit);

  const Options options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::multiset<Clock::time_point> under_way_;  // by when they began
  std::atomic<bool> fired_{false};
  std::jthread thread_;  // last: it uses the others
};

}  // namespace howdah
