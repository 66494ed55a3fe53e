#include "model/watchdog.h"

#include <gtest/gtest.h>

#include <future>

namespace howdah {
namespace {

using namespace std::chrono_literals;

TEST(Watchdog, CancelsACallThatTakesTooLong) {
  std::promise<void> cancelled;
  Watchdog watchdog({.limit = 1ms,
                     .grace = 1h,
                     .cancel = [&] { cancelled.set_value(); },
                     .give_up = [] { FAIL(); }});
  const Watchdog::Watched call(watchdog);
  cancelled.get_future().wait();
  EXPECT_TRUE(watchdog.has_fired());
}

TEST(Watchdog, GivesUpOnACallThatDoesNotEndWhenItIsCancelled) {
  std::promise<void> given_up;
  Watchdog watchdog({.limit = 1ms,
                     .grace = 1ms,
                     .cancel = [] {},
                     .give_up = [&] { given_up.set_value(); }});
  const Watchdog::Watched call(watchdog);
  given_up.get_future().wait();
}

TEST(Watchdog, LeavesCallsAloneThatEndInTime) {
  Watchdog watchdog({.limit = 1h, .grace = 1h, .cancel = [] { FAIL(); }, .give_up = {}});
  for (int i = 0; i < 1000; ++i) const Watchdog::Watched call(watchdog);
  EXPECT_FALSE(watchdog.has_fired());
}

TEST(Watchdog, WatchesNothingWithoutALimit) {
  Watchdog watchdog({.cancel = [] { FAIL(); }});
  const Watchdog::Watched call(watchdog);
  EXPECT_FALSE(watchdog.has_fired());
}

}  // namespace
}  // namespace howdah
