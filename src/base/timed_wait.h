#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace howdah {

/// Wait on `wake` until `condition` holds, and add the time that took to `*waited`.
/// `lock` holds the mutex that guards all of them.
template <typename Condition>
void TimedWait(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
               std::chrono::nanoseconds* waited, Condition condition) {
  if (condition()) return;
  const auto start = std::chrono::steady_clock::now();
  wake.wait(lock, condition);
  *waited += std::chrono::steady_clock::now() - start;
}

}  // namespace howdah
