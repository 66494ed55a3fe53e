#pragma once

#include <chrono>
#include <mutex>
#include <vector>

#include "hdfs/pacing.h"

namespace howdah::hdfs {

/// Time that passes only when somebody sleeps or the test says so; every random number is
/// 0.5, so that jitter multiplies by 1. Thread-safe.
class FakePacing final : public Pacing {
 public:
  std::chrono::milliseconds Now() override {
    const std::scoped_lock lock(mutex_);
    return now_;
  }
  void Sleep(std::chrono::milliseconds time) override {
    const std::scoped_lock lock(mutex_);
    now_ += time;
    sleeps_.push_back(time);
  }
  double Random() override { return 0.5; }

  void Advance(std::chrono::milliseconds time) {
    const std::scoped_lock lock(mutex_);
    now_ += time;
  }
  std::vector<std::chrono::milliseconds> sleeps() const {
    const std::scoped_lock lock(mutex_);
    return sleeps_;
  }

 private:
  mutable std::mutex mutex_;
  std::chrono::milliseconds now_{0};
  std::vector<std::chrono::milliseconds> sleeps_;
};

}  // namespace howdah::hdfs
