#include "pipeline/progress.h"

#include <chrono>
#include <cmath>

#include "base/log.h"
#include "base/units.h"
#include "storage/local_file_system.h"

namespace howdah {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLineEvery{500};
constexpr milliseconds kLogEvery{10'000};

std::string FormatEta(double seconds) {
  const auto whole = static_cast<int64_t>(std::ceil(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

}  // namespace

ProgressReporter::ProgressReporter(const ScoreCounters& counters, int64_t rows_total,
                                   ProgressStyle style, std::string metrics_file)
    : counters_(counters),
      rows_total_(rows_total),
      style_(style),
      metrics_file_(std::move(metrics_file)),
      thread_([this](const std::stop_token& stop) { Loop(stop); }) {}

ProgressReporter::~ProgressReporter() {
  thread_.request_stop();
  thread_.join();
}

void ProgressReporter::Loop(const std::stop_token& stop) {
  const auto start = Clock::now();
  const auto every = style_ == ProgressStyle::kLine ? kLineEvery : kLogEvery;
  // The line stands from the start, so that people see at once what runs; a log has been
  // told that already.
  auto next = style_ == ProgressStyle::kLine ? milliseconds(0) : every;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, stop, next, [&] { return stop.stop_requested(); })) {
    next = every;
    const std::string line =
        Line(std::chrono::duration<double>(Clock::now() - start).count());
    if (style_ == ProgressStyle::kLine) {
      WriteStderr("\r" + line + "\x1b[K");
    } else {
      Log(LogLevel::kInfo, "{}", line);
    }
    if (!metrics_file_.empty()) {
      const Status status = WriteMetrics(counters_, rows_total_, metrics_file_);
      if (!status.ok()) Log(LogLevel::kWarning, "metrics: {}", status.message());
    }
  }
  if (style_ == ProgressStyle::kLine) WriteStderr("\r\x1b[K");
}

std::string ProgressReporter::Line(double seconds) const {
  const auto rows = static_cast<double>(counters_.rows.load());
  const auto total = static_cast<double>(std::max<int64_t>(rows_total_, 1));
  const double rate = rows / std::max(seconds, 1e-3);
  const double megabytes = static_cast<double>(counters_.model.bytes.load()) / 1e6;
  return fmt::format(
      "{} of {} rows, {:.0f} %, {} rows/s, {:.1f} MB/s, ETA {}, bottleneck: {}",
      FormatCount(counters_.rows.load()), FormatCount(rows_total_), 100 * rows / total,
      FormatCount(static_cast<int64_t>(rate)), megabytes / std::max(seconds, 1e-3),
      rate > 0 ? FormatEta((total - rows) / rate) : "?", counters_.bottleneck().name);
}

Status WriteMetrics(const ScoreCounters& counters, int64_t rows_total,
                    const std::string& path) {
  std::string text;
  const auto metric = [&](const char* name, const char* type, const char* help) {
    text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
  };
  metric("howdah_rows_planned", "gauge", "Rows that this run will write.");
  text += fmt::format("howdah_rows_planned {}\n", rows_total);
  metric("howdah_rows_written_total", "counter", "Rows written.");
  text += fmt::format("howdah_rows_written_total {}\n", counters.rows.load());
  metric("howdah_output_bytes_total", "counter", "Bytes of output files closed.");
  text += fmt::format("howdah_output_bytes_total {}\n", counters.bytes.load());
  metric("howdah_splits_total", "counter", "Splits finished.");
  text += fmt::format("howdah_splits_total {}\n", counters.splits.load());
  metric("howdah_stage_busy_seconds_total", "counter",
         "Time that a stage's threads worked.");
  for (const StageCounters* stage : {&counters.read, &counters.model, &counters.write}) {
    text += fmt::format("howdah_stage_busy_seconds_total{{stage=\"{}\"}} {:.6f}\n",
                        stage->name, static_cast<double>(stage->busy_ns.load()) / 1e9);
  }
  const std::unique_ptr<FileSystem> fs = MakeLocalFileSystem();
  return WriteFile(*fs, path, text, IfExists::kReplace).status();
}

}  // namespace howdah
