#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "cli/fs/copy_file.h"

namespace howdah::cli {

/// On a terminal, one line about a copy that takes long, rewritten until the end.
class CopyProgress {
 public:
  /// `counters` must outlive it.
  explicit CopyProgress(const CopyCounters& counters);
  ~CopyProgress() { End(); }

  /// Take the line away. May be called again.
  void End();

 private:
  void Loop(const std::stop_token& stop);

  const CopyCounters& counters_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

/// "12 of 40 files, 1.2 G of 3 G, 40 %, 120.0 MB/s, 15 s left". Without totals while
/// files are still being found.
std::string CopyLine(const CopyCounters& counters, double seconds);

}  // namespace howdah::cli
