#include "hdfs/ack_clock.h"

#include <algorithm>

namespace howdah::hdfs {

AckClock::AckClock(std::chrono::milliseconds suspect_after)
    : least_(suspect_after), patience_(suspect_after) {}

void AckClock::Start(Time now) {
  silent_since_ = now;
  suspect_at_ = now + patience_;
}

void AckClock::Acknowledged(Time sent_at, Time now) {
  slowest_ = std::max<Duration>(slowest_ - slowest_ / 256, now - sent_at);
  patience_ = std::clamp<Duration>(4 * slowest_, least_, 2 * least_);
  Start(now);
}

void AckClock::Excuse(Time now) {
  constexpr std::chrono::seconds kMost{30};
  patience_ = std::min<Duration>(2 * patience_, std::max<Duration>(kMost, least_));
  suspect_at_ = now + patience_;
}

}  // namespace howdah::hdfs
