#include "pipeline/run.h"

#include <sys/resource.h>

#include <chrono>
#include <thread>

#include "base/environment.h"
#include "base/log.h"
#include "base/units.h"
#include "model/predictor.h"
#include "model/tensorflow_library.h"
#include "pipeline/file_limits.h"
#include "pipeline/merge_files.h"
#include "pipeline/prepare.h"
#include "pipeline/score.h"
#include "pipeline/summary.h"

namespace howdah {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Result<std::unique_ptr<Predictor>> LoadModel(const PreparedJob& job,
                                             const RunOptions& options) {
  PredictorOptions load;
  HOWDAH_ASSIGN_OR_RETURN(
      load.library, FindTensorFlow(job.spec.model.tensorflow, options.engine_directory));
  load.directory = job.model_path;
  load.tags = job.spec.model.tags;
  load.signature = job.signature;
  load.outputs = job.landing->outputs();
  load.intra_op_threads = static_cast<int>(job.spec.model.intra_op_threads);
  load.onednn = job.onednn;
  load.timeout = job.spec.model.timeout;
  load.on_hang = options.on_hang;
  HOWDAH_ASSIGN_OR_RETURN(std::unique_ptr<Predictor> predictor, LoadPredictor(load));
  Log(LogLevel::kInfo, "model '{}' loaded by TensorFlow {} ({})", job.model_url,
      predictor->runtime_version(), load.library);
  return predictor;
}

/// Rows of the splits that still have to be scored.
int64_t RowsOf(const JobPlan& plan, const std::vector<int64_t>& splits) {
  int64_t rows = 0;
  for (const int64_t id : splits) rows += plan.splits[static_cast<size_t>(id)].rows();
  return rows;
}

void LogPlan(const PreparedJob& job, const JobStatus& status) {
  Log(LogLevel::kInfo,
      "job {}: {} rows in {} files ({}), {} splits, {} done before; output '{}'",
      job.plan.job_id, FormatCount(job.input_rows()), job.inputs.files.size(),
      FormatByteSize(job.inputs.bytes()), job.plan.splits.size(), status.splits_done,
      job.output_url);
  Log(LogLevel::kInfo, "{} rows per run, {} runners, {} intra-op threads, oneDNN {}",
      job.spec.model.batch_rows, job.runners(), job.spec.model.intra_op_threads,
      job.onednn ? "on" : "off");
  for (const std::string& warning : job.warnings) Log(LogLevel::kWarning, "{}", warning);
}

/// The limit of bad rows, with those counted that committed splits have. TooManyBadRows.
Result<std::unique_ptr<BadRowLimit>> CountBadRows(const PreparedJob& prepared, Job& job) {
  int64_t input_rows = 0;
  for (const Split& split : job.plan().splits) input_rows += split.rows();
  auto limit =
      std::make_unique<BadRowLimit>(prepared.spec.checks.max_bad_rows, input_rows);
  if (prepared.spec.checks.bad_rows != "quarantine") return limit;
  HOWDAH_ASSIGN_OR_RETURN(const int64_t bad, job.RowsQuarantined());
  if (limit->Add(bad)) return limit->Refusal(job.quarantine());
  return limit;
}

/// The limit of files, with those counted that committed splits have.
Status CountFiles(const PreparedJob& prepared, Job& job, std::atomic<int64_t>* count) {
  HOWDAH_ASSIGN_OR_RETURN(const int64_t files, job.FilesCommitted());
  *count = files;
  return CheckStagedFiles(prepared, files);
}

Status ScoreMissing(const PreparedJob& prepared, Predictor& predictor, Job& job,
                    const RunOptions& options, RunFigures* figures) {
  HOWDAH_ASSIGN_OR_RETURN(std::vector<int64_t> missing, job.MissingSplits());
  HOWDAH_RETURN_IF_ERROR(CountFiles(prepared, job, &figures->counters.files));
  HOWDAH_ASSIGN_OR_RETURN(auto bad_rows, CountBadRows(prepared, job));
  figures->splits_scored = static_cast<int64_t>(missing.size());
  const int64_t rows = RowsOf(job.plan(), missing);
  {
    ProgressReporter progress(figures->counters, rows, options.progress,
                              options.metrics_file);
    HOWDAH_RETURN_IF_ERROR(ScoreSplits(prepared, predictor, job, missing,
                                       prepared.runners(), options.stop, bad_rows.get(),
                                       &figures->counters));
  }
  // Of the splits that another run has scored meanwhile this one has not counted any.
  HOWDAH_RETURN_IF_ERROR(CountBadRows(prepared, job).status());
  HOWDAH_RETURN_IF_ERROR(CountFiles(prepared, job, &figures->counters.files));
  HOWDAH_RETURN_IF_ERROR(
      MergeSmallFiles(prepared, job, options.stop, &figures->counters));
  if (options.metrics_file.empty()) return Status::OK();
  return WriteMetrics(figures->counters, rows, options.metrics_file);
}

/// Score and publish. An error is none when another run of the same job has landed it
/// meanwhile.
Result<Ledger> Land(const PreparedJob& prepared, Predictor& predictor, Job& job,
                    const RunOptions& options, RunFigures* figures,
                    std::string* outcome) {
  const auto scoring = Clock::now();
  Status status = ScoreMissing(prepared, predictor, job, options, figures);
  figures->seconds_score = SecondsSince(scoring);
  figures->tensorflow = predictor.runtime_version();
  figures->copies = predictor.copy_counts();

  Ledger ledger;
  *outcome = "published";
  if (status.ok()) {
    const auto publishing = Clock::now();
    status = job.Publish(LedgerRunText(prepared, *figures)).Value(&ledger);
    figures->seconds_publish = SecondsSince(publishing);
  }
  if (status.ok() || Is(status, ErrorKind::kCancelled)) {
    HOWDAH_RETURN_IF_ERROR(status);
    return ledger;
  }
  Result<JobStatus> now =
      LookAtJob(*prepared.output_fs, prepared.paths, prepared.plan, Restart::kNo);
  if (!now.ok() || now->state != JobState::kPublished) return status;
  Log(LogLevel::kInfo, "another run of this job was first: {}", status.message());
  *outcome = "already_published";
  return *now->ledger;
}

/// RunJob with its steps in order; `*began` turns true when the first byte may have been
/// written.
Result<std::string> Run(const Storages& storages, JobSpec spec, const RunOptions& options,
                        bool* began) {
  const auto start = Clock::now();
  HOWDAH_ASSIGN_OR_RETURN(PreparedJob prepared, Prepare(storages, std::move(spec)));
  HOWDAH_ASSIGN_OR_RETURN(JobStatus status, LookAtJob(*prepared.output_fs, prepared.paths,
                                                      prepared.plan, options.restart));
  RunFigures figures;
  if (status.state == JobState::kPublished) {
    Log(LogLevel::kInfo, "job {} is already published in '{}'", prepared.plan.job_id,
        prepared.output_url);
    figures.seconds_prepare = figures.seconds_total = SecondsSince(start);
    return RunSummary(prepared, *status.ledger, "already_published", figures);
  }
  LogPlan(prepared, status);
  if (!options.metrics_file
           .empty()) {  // a place that cannot be written shows before any work
    HOWDAH_RETURN_IF_ERROR(
        WriteMetrics(figures.counters, prepared.input_rows(), options.metrics_file));
  }
  HOWDAH_ASSIGN_OR_RETURN(std::unique_ptr<Predictor> predictor,
                          LoadModel(prepared, options));
  const Status warm = WarmUp(prepared, *predictor);
  if (!warm.ok()) {
    *began = true;
    return warm;
  }
  HOWDAH_ASSIGN_OR_RETURN(std::unique_ptr<Job> job,
                          Job::Open(*prepared.output_fs, Environment::System(),
                                    prepared.paths, prepared.plan, options.restart));
  *began = true;
  figures.seconds_prepare = SecondsSince(start);
  if (job->published()) {  // by another run, since we looked
    figures.seconds_total = SecondsSince(start);
    return RunSummary(prepared, *job->published(), "already_published", figures);
  }

  std::string outcome;
  HOWDAH_ASSIGN_OR_RETURN(Ledger ledger,
                          Land(prepared, *predictor, *job, options, &figures, &outcome));
  figures.seconds_total = SecondsSince(start);
  Log(LogLevel::kInfo, "{} rows are in {} files ({}) of '{}'",
      FormatCount(ledger.rows_written()), ledger.files(), FormatByteSize(ledger.bytes()),
      prepared.output_url);
  if (const auto warning = SmallFilesWarning(prepared, ledger.files(), ledger.bytes())) {
    Log(LogLevel::kWarning, "{}", *warning);
  }
  return RunSummary(prepared, ledger, outcome, figures);
}

}  // namespace

RunResult RunJob(const Storages& storages, JobSpec spec, const RunOptions& options) {
  RunResult result;
  result.status =
      Run(storages, std::move(spec), options, &result.began).Value(&result.summary);
  return result;
}

Result<CheckResult> CheckJob(const Storages& storages, JobSpec spec,
                             const RunOptions& options) {
  HOWDAH_ASSIGN_OR_RETURN(PreparedJob prepared, Prepare(storages, std::move(spec)));
  HOWDAH_ASSIGN_OR_RETURN(JobStatus status, LookAtJob(*prepared.output_fs, prepared.paths,
                                                      prepared.plan, options.restart));
  HOWDAH_RETURN_IF_ERROR(
      FindTensorFlow(prepared.spec.model.tensorflow, options.engine_directory).status());
  return CheckResult{CheckSummary(prepared, status), CheckText(prepared, status)};
}

Result<std::string> JobSchema(const Storages& storages, JobSpec spec) {
  HOWDAH_ASSIGN_OR_RETURN(const PreparedJob prepared, Prepare(storages, std::move(spec)));
  return prepared.landing->Declaration();
}

}  // namespace howdah
