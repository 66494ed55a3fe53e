#include "hdfs/pacing.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <thread>

#include "base/environment.h"

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;

class SystemPacing final : public Pacing {
 public:
  milliseconds Now() override {
    return std::chrono::duration_cast<milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
  void Sleep(milliseconds time) override { std::this_thread::sleep_for(time); }
  double Random() override {
    return std::ldexp(static_cast<double>(Environment::System().Random64() >> 11), -53);
  }
};

}  // namespace

Pacing& Pacing::System() {
  static auto* const system = new SystemPacing;
  return *system;
}

milliseconds BackOff(Pacing& pacing, milliseconds base, milliseconds limit, int tries) {
  const double grown =
      std::ldexp(static_cast<double>(base.count()), std::clamp(tries, 0, 60));
  const double time = std::min(grown, static_cast<double>(limit.count()));
  return milliseconds(static_cast<int64_t>(time * (pacing.Random() + 0.5)));
}

}  // namespace howdah::hdfs
