#pragma once

#include <chrono>

namespace howdah::hdfs {

/// Waiting between tries, handed in from outside so that tests need not wait.
/// Thread-safe.
class Pacing {
 public:
  virtual ~Pacing() = default;
  /// Time that never goes back, since some moment.
  virtual std::chrono::milliseconds Now() = 0;
  virtual void Sleep(std::chrono::milliseconds time) = 0;
  /// Evenly in [0, 1), for jitter.
  virtual double Random() = 0;

  /// The machine's clock and the kernel's random source. Never destroyed.
  static Pacing& System();
};

/// The wait before try `tries` (0: the first repetition): base · 2^tries up to `limit`,
/// times a random factor in [0.5, 1.5). Source: RetryPolicies.java,
/// calculateExponentialTime.
std::chrono::milliseconds BackOff(Pacing& pacing, std::chrono::milliseconds base,
                                  std::chrono::milliseconds limit, int tries);

}  // namespace howdah::hdfs
