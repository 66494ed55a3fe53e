#include "base/environment.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <chrono>
#include <ctime>
#include <random>

namespace howdah {
namespace {

class SystemEnvironment final : public Environment {
 public:
  int64_t NowMicros() override {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  uint64_t Random64() override {
    uint64_t bits = 0;
    if (getrandom(&bits, sizeof bits, 0) != sizeof bits) {
      std::random_device device;  // kernels before 3.17
      bits = (uint64_t{device()} << 32) | device();
    }
    return bits;
  }
};

}  // namespace

Environment& Environment::System() {
  static auto* environment = new SystemEnvironment;
  return *environment;
}

std::string RandomHex(Environment& environment) {
  return fmt::format("{:016x}", environment.Random64());
}

std::string FormatTimestamp(int64_t micros) {
  const int64_t fraction = ((micros % 1'000'000) + 1'000'000) % 1'000'000;
  const auto seconds = static_cast<std::time_t>((micros - fraction) / 1'000'000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     fraction);
}

}  // namespace howdah
