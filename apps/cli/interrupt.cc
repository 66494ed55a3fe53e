#include "cli/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/exit_code.h"

namespace howdah::cli {
namespace {

constexpr int kWakeUp = SIGUSR1;  // ends the watcher

sigset_t WatchedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, kWakeUp}) sigaddset(&signals, signal);
  // Under nohup a hang-up is ignored, and stays so.
  struct sigaction hang_up{};
  sigaction(SIGHUP, nullptr, &hang_up);
  if (hang_up.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);
  return signals;
}

}  // namespace

InterruptWatcher::InterruptWatcher() {
  const sigset_t signals = WatchedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::jthread([this] { Watch(); });
}

InterruptWatcher::~InterruptWatcher() { pthread_kill(thread_.native_handle(), kWakeUp); }

void InterruptWatcher::Watch() {
  const sigset_t signals = WatchedSignals();
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal != kWakeUp) {
    if (source_.stop_requested()) _exit(kInterrupted);
    Log(LogLevel::kWarning, "stopping; once more to stop at once");
    source_.request_stop();
  }
}

}  // namespace howdah::cli
