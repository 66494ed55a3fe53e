#include "base/text.h"
#include "commit/control_file.h"
#include "commit/dataset_view.h"
#include "commit/generation.h"
#include "commit/job.h"
#include "commit/manifests.h"
#include "commit/publish.h"
#include "commit/swap_steps.h"

namespace howdah {
namespace {

/// What the ledger says of a run that nobody watched to its end.
constexpr char kRecoveredRun[] = R"({"recovered":true})";

Result<UnfinishedJob> Describe(FileSystem& fs, const WorkDirectory& work, Stage stage) {
  HOWDAH_ASSIGN_OR_RETURN(const JobPlan plan, ReadPlan(fs, work));
  HOWDAH_ASSIGN_OR_RETURN(const FileInfo info, fs.Stat(work.plan()));
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<int64_t> committed, ListCommitted(fs, work));
  UnfinishedJob job;
  job.job_id = work.job_id;
  job.generation = work.generation;
  job.splits_done = CountSplits(committed, plan);
  job.splits_total = static_cast<int64_t>(plan.splits.size());
  job.created_us = info.mtime_us;
  job.publishing = stage == Stage::kSealed;
  return job;
}

/// Describe, unless the generation has ended while it was looked at.
Status ListOne(FileSystem& fs, const WorkDirectory& work, Stage stage,
               std::vector<UnfinishedJob>& jobs) {
  Result<UnfinishedJob> job = Describe(fs, work, stage);
  if (job.ok()) {
    jobs.push_back(*std::move(job));
    return Status::OK();
  }
  HOWDAH_ASSIGN_OR_RETURN(const GenerationState state, LookAtGeneration(fs, work));
  return state.IsOver() ? Status::OK() : job.status();
}

/// A generation whose tree has become the dataset: give it its FIN, and report it if it
/// is there.
Status FinishPublished(const LandingContext& landing, RecoverReport& report) {
  HOWDAH_ASSIGN_OR_RETURN(const JobPlan plan, ReadPlan(landing.fs, landing.work));
  HOWDAH_ASSIGN_OR_RETURN(
      const bool being_swapped_in,
      IsBeingSwappedIn(landing.fs, landing.paths,
                       {landing.work.job_id, landing.work.generation}));
  if (being_swapped_in) return Status::OK();  // by another driver, since this began
  HOWDAH_ASSIGN_OR_RETURN(
      DatasetView view, LookAtTarget(landing.fs, landing.paths, plan.mode, plan.job_id));
  if (view.IsResultOf(landing.work)) report.finished.push_back(*std::move(view.ledger));
  Finish(landing, Outcome::kPublished);
  return Status::OK();
}

/// Who published over the dataset since the plan was made; "": nobody. What was about to
/// overwrite what stood there then is not to overwrite what came later unasked.
Result<std::string> OvertakenBy(const LandingContext& landing, const JobPlan& plan) {
  if (plan.mode != PublishMode::kOverwrite) return std::string();
  HOWDAH_ASSIGN_OR_RETURN(const FileInfo begun, landing.fs.Stat(landing.work.plan()));
  HOWDAH_ASSIGN_OR_RETURN(const DatasetView view,
                          LookAtDataset(landing.fs, landing.paths.dataset));
  if (!view.ledger || view.ledger->published_us <= begun.mtime_us) return std::string();
  return view.ledger->job_id;
}

Status FinishSealed(const LandingContext& landing, RecoverReport& report) {
  HOWDAH_ASSIGN_OR_RETURN(const JobPlan plan, ReadPlan(landing.fs, landing.work));
  HOWDAH_ASSIGN_OR_RETURN(const std::string overtaken_by, OvertakenBy(landing, plan));
  if (!overtaken_by.empty()) {
    HOWDAH_RETURN_IF_ERROR(
        ListOne(landing.fs, landing.work, Stage::kSealed, report.unfinished));
    if (!report.unfinished.empty()) report.unfinished.back().overtaken_by = overtaken_by;
    return Status::OK();
  }
  Result<Ledger> ledger = PublishGeneration(landing, plan, kRecoveredRun);
  if (ledger.ok()) {
    report.finished.push_back(*std::move(ledger));
  } else if (Is(ledger.status(), ErrorKind::kCommitConflict)) {
    report.conflicts.push_back(ledger.status().message());
  } else {
    return ledger.status();
  }
  return Status::OK();
}

Status RecoverOne(const LandingContext& landing, RecoverReport& report) {
  HOWDAH_ASSIGN_OR_RETURN(const GenerationState state,
                          LookAtGeneration(landing.fs, landing.work));
  switch (state.stage) {
    case Stage::kGone:
      return Status::OK();
    case Stage::kSealed:
      return FinishSealed(landing, report);
    case Stage::kRunning: {
      return ListOne(landing.fs, landing.work, state.stage, report.unfinished);
    }
    case Stage::kPublished:
      if (!state.has_fin) return FinishPublished(landing, report);
      break;
    case Stage::kWithdrawn:
      if (!state.has_fin) Finish(landing, Outcome::kAbandoned);
      break;
  }
  if (state.has_fin) CleanUp(landing);
  return Status::OK();
}

}  // namespace

Result<RecoverReport> Recover(FileSystem& fs, Environment& environment,
                              const DatasetPaths& paths) {
  RecoverReport report;
  HOWDAH_RETURN_IF_ERROR(FinishSwaps(fs, environment, paths));
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<WorkDirectory> all,
                          ListGenerations(fs, paths));
  for (const WorkDirectory& work : all) {
    HOWDAH_RETURN_IF_ERROR(RecoverOne({fs, environment, paths, work}, report));
  }
  return report;
}

Status Abandon(FileSystem& fs, Environment& environment, const DatasetPaths& paths,
               const std::string& job_id) {
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<WorkDirectory> all,
                          ListGenerations(fs, paths));
  bool found = false;
  std::vector<std::string> unfinished;
  for (const WorkDirectory& work : all) {
    HOWDAH_ASSIGN_OR_RETURN(const GenerationState state, LookAtGeneration(fs, work));
    const bool half_withdrawn = state.stage == Stage::kWithdrawn && !state.has_fin;
    if (state.IsOver() && !half_withdrawn) continue;
    unfinished.push_back(work.job_id);
    if (work.job_id != job_id) continue;
    found = true;
    const LandingContext landing{fs, environment, paths, work};
    HOWDAH_ASSIGN_OR_RETURN(const Stage stage, Withdraw(landing));
    if (stage == Stage::kPublished) {
      return Error(ErrorKind::kAlreadyExists,
                   "{} was published meanwhile to '{}': nothing was withdrawn",
                   work.Describe(), paths.dataset);
    }
    Finish(landing, Outcome::kAbandoned);
  }
  if (found) return Status::OK();
  return Error(ErrorKind::kNotFound,
               "'{}' has no unfinished job '{}' (unfinished: {}; looked in '{}')",
               paths.dataset, job_id, QuotedList(unfinished), paths.jobs());
}

Result<std::vector<UnfinishedJob>> ListUnfinished(FileSystem& fs,
                                                  const DatasetPaths& paths) {
  std::vector<UnfinishedJob> jobs;
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<WorkDirectory> all,
                          ListGenerations(fs, paths));
  for (const WorkDirectory& work : all) {
    HOWDAH_ASSIGN_OR_RETURN(const GenerationState state, LookAtGeneration(fs, work));
    if (state.IsOver()) continue;
    HOWDAH_RETURN_IF_ERROR(ListOne(fs, work, state.stage, jobs));
  }
  return jobs;
}

}  // namespace howdah
