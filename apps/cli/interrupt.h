#pragma once

#include <stop_token>
#include <thread>

namespace howdah::cli {

/// While it lives, SIGINT and SIGTERM request a stop instead of killing the process; a
/// second one ends it at once. Make it before any other thread, which then leaves both
/// signals to it.
class InterruptWatcher {
 public:
  InterruptWatcher();
  ~InterruptWatcher();
  std::stop_token stop_token() const { return source_.get_token(); }

 private:
  void Watch();

  std::stop_source source_;
  std::jthread thread_;
};

}  // namespace howdah::cli
