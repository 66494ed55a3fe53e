#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "commit/job.h"
#include "pipeline/job_spec.h"
#include "pipeline/progress.h"
#include "pipeline/storages.h"

namespace howdah {

struct RunOptions {
  Restart restart = Restart::kNo;
  std::string
      engine_directory;      ///< where to look for TensorFlow, after flag and environment
  std::string metrics_file;  ///< "": none
  ProgressStyle progress = ProgressStyle::kLog;
  std::stop_token stop;
  /// PredictorOptions::on_hang.
  std::function<void(const std::string& why)> on_hang;
};

struct RunResult {
  Status status;
  /// False: the run ended before anything was written, so the job is at fault (exit 2).
  /// True: it failed while running (exit 1), unless the error's kind says more.
  bool began = false;
  std::string summary;  ///< JSON (docs/summary.md) when status is OK
};

/// `howdah run`: prepare, load the model, score what is missing, publish.
RunResult RunJob(const Storages& storages, JobSpec spec, const RunOptions& options);

struct CheckResult {
  std::string json;  ///< docs/summary.md
  std::string text;  ///< for people
};

/// `howdah check`: everything that can be known before the first row. Writes nothing.
Result<CheckResult> CheckJob(const Storages& storages, JobSpec spec,
                             const RunOptions& options);

/// `howdah check --print-schema`: Landing::Declaration of the job. Writes nothing and
/// needs no TensorFlow. Errors: those of Prepare, too.
Result<std::string> JobSchema(const Storages& storages, JobSpec spec);

}  // namespace howdah
