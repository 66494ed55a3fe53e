#pragma once

#include <cstdint>
#include <string>

namespace howdah {

/// Time and randomness, handed in from outside so that tests can decide both.
/// Thread-safe.
class Environment {
 public:
  virtual ~Environment() = default;
  /// Microseconds since 1970-01-01 UTC.
  virtual int64_t NowMicros() = 0;
  /// 64 random bits, unpredictable enough that names made from them never meet.
  virtual uint64_t Random64() = 0;

  /// The machine's clock and the kernel's random source. Never destroyed.
  static Environment& System();
};

/// 16 lower-case hex digits of a fresh random number.
std::string RandomHex(Environment& environment);

/// `micros` since 1970 as "2026-11-22T20:18:05.123456Z".
std::string FormatTimestamp(int64_t micros);

}  // namespace howdah
