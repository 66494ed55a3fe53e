#include "pipeline/run.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "cli/crash_guard.h"
#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/job_flags.h"
#include "cli/output_capture.h"
#include "cli/print.h"
#include "cli/verbs.h"

namespace howdah::cli {
namespace {

/// Every run of the model, and every batch, takes and frees blocks of the same sizes. By
/// default glibc gives such blocks back to the kernel, which clears the same pages again
/// for the next one; Arrow has an allocator of its own beside it, each keeping what the
/// other one could use; and each thread that ever allocates has an arena, with the same
/// waste, until there are eight for each core.
void KeepFreedMemory() {
  constexpr int kLargestKept = 32 << 20, kMostKept = 64 << 20;
  mallopt(M_MMAP_THRESHOLD, kLargestKept);
  mallopt(M_TRIM_THRESHOLD, kMostKept);
  mallopt(M_ARENA_MAX,
          static_cast<int>(std::max(2u, std::thread::hardware_concurrency())));
  setenv("ARROW_DEFAULT_MEMORY_POOL", "system", /*overwrite=*/0);
}

int Run(const Context& context, const JobFlags& flags, const std::string& metrics_file) {
  KeepFreedMemory();
  const InterruptWatcher interrupts;
  Result<JobSpec> spec = ReadJob(flags);
  if (!spec.ok()) return Fail(spec.status(), Phase::kPreparing);
  RunOptions options;
  options.restart = flags.restart ? Restart::kYes : Restart::kNo;
  options.engine_directory = context.engine_directory;
  options.metrics_file = metrics_file;
  options.progress = isatty(STDERR_FILENO) ? ProgressStyle::kLine : ProgressStyle::kLog;
  options.stop = interrupts.stop_token();
  options.on_hang = GiveUp;
  GuardAgainstCrashes(spec->model.path);
  RunResult result;
  {
    const OutputCapture capture;
    result = RunJob(context.storages, *std::move(spec), options);
  }
  if (!result.status.ok()) {
    return Fail(result.status, result.began ? Phase::kRunning : Phase::kPreparing);
  }
  Print(result.summary + "\n");  // the job is done, whoever reads of it
  return kDone;
}

}  // namespace

void AddRun(CLI::App* app, Action* action) {
  CLI::App* verb = app->add_subcommand("run", "Score a dataset and land the predictions");
  const auto flags = AddJobFlags(verb);
  const auto log = AddLogFlags(verb);
  const auto metrics_file = std::make_shared<std::string>();
  verb->add_option("--metrics", *metrics_file, "write Prometheus text to this file")
      ->type_name("");
  verb->callback([=] {
    *action = [=](const Context& context) {
      log->Init();
      return Run(context, *flags, *metrics_file);
    };
  });
}

}  // namespace howdah::cli
