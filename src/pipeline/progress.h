#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "pipeline/score.h"

namespace howdah {

enum class ProgressStyle {
  kLine,  ///< one line that is rewritten: for a terminal
  kLog,   ///< a log line now and then
};

/// Tells people how far a run is, from a thread of its own, until it is destroyed.
class ProgressReporter {
 public:
  /// `counters` must outlive the reporter. `rows_total`: rows this run will write.
  ProgressReporter(const ScoreCounters& counters, int64_t rows_total, ProgressStyle style,
                   std::string metrics_file);
  ~ProgressReporter();

 private:
  void Loop(const std::stop_token& stop);
  std::string Line(double seconds) const;

  const ScoreCounters& counters_;
  const int64_t rows_total_;
  const ProgressStyle style_;
  const std::string metrics_file_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

/// The counters in Prometheus' text format, written to a new file that replaces `path`.
Status WriteMetrics(const ScoreCounters& counters, int64_t rows_total,
                    const std::string& path);

}  // namespace howdah
