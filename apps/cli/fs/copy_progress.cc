#include "cli/fs/copy_progress.h"

#include <unistd.h>

#include <chrono>

#include "base/log.h"
#include "cli/fs/format.h"

namespace howdah::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstAfter{1000}, kEvery{500};

}  // namespace

CopyProgress::CopyProgress(const CopyCounters& counters) : counters_(counters) {
  if (isatty(STDERR_FILENO) == 0) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { Loop(stop); });
}

void CopyProgress::End() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void CopyProgress::Loop(const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  bool is_shown = false;
  milliseconds next = kFirstAfter;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, next, [&] { return stop.stop_requested(); })) {
    next = kEvery;
    is_shown = true;
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    WriteStderr("\r" + CopyLine(counters_, passed.count()) + "\x1b[K");
  }
  if (is_shown) WriteStderr("\r\x1b[K");
}

std::string CopyLine(const CopyCounters& counters, double seconds) {
  const int64_t done = counters.bytes_done, found = counters.bytes_found;
  const double rate = static_cast<double>(done) / std::max(seconds, 1e-3);
  const std::string speed = fmt::format("{:.1f} MB/s", rate / 1e6);
  // From stdin nothing is known ahead.
  if (!counters.all_found || found < done) {
    return fmt::format("{} files, {}, {}", counters.files_done.load(), HumanSize(done),
                       speed);
  }
  const double part =
      100 * static_cast<double>(done) / static_cast<double>(std::max<int64_t>(found, 1));
  const auto left =
      static_cast<int64_t>(static_cast<double>(found - done) / std::max(rate, 1.0));
  return fmt::format("{} of {} files, {} of {}, {:.0f} %, {}, {} s left",
                     counters.files_done.load(), counters.files_found.load(),
                     HumanSize(done), HumanSize(found), part, speed, left);
}

}  // namespace howdah::cli
