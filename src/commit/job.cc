#include "commit/job.h"

#include <mutex>
#include <set>
#include <utility>

#include "commit/control_file.h"
#include "commit/generation.h"
#include "commit/job_state.h"
#include "commit/manifests.h"
#include "commit/merge.h"
#include "commit/publish.h"
#include "commit/retired.h"
#include "commit/swap_steps.h"
#include "commit/verify.h"

namespace howdah {
namespace {

/// State 1: build W beside its place and move it there whole.
/// \return false if another driver's is there, or if it was removed while being built.
Result<bool> SetUp(const LandingContext& landing, const JobPlan& plan) {
  FileSystem& fs = landing.fs;
  Environment& environment = landing.environment;
  const DatasetPaths& paths = landing.paths;
  const WorkDirectory& work = landing.work;
  for (const std::string& directory : {paths.staging, paths.tmp(), paths.jobs()}) {
    HOWDAH_RETURN_IF_ERROR(MakeDirectory(fs, directory));
  }
  WorkDirectory building = work;
  building.path = JoinPath(paths.tmp(), RandomHex(environment));
  const auto build = [&]() -> Status {
    HOWDAH_RETURN_IF_ERROR(MakeDirectory(fs, building.path, 0700));
    for (const std::string& directory :
         {building.attempts(), building.tmp(), building.done(), building.data(),
          building.quarantine()}) {
      HOWDAH_RETURN_IF_ERROR(MakeDirectory(fs, directory));
    }
    HOWDAH_RETURN_IF_ERROR(
        WriteWhole(fs, building.plan(), ToJson(plan, work.generation)));
    return RenameFirstWins(fs, building.path, work.path);
  };
  const Status built = build();
  if (built.ok()) return true;
  const bool removed =
      Is(built, ErrorKind::kNotFound) && !Exists(fs, building.path).ValueOr(true);
  if (removed) return false;  // somebody took it for what a dead process left
  // Where the rename may still take place nothing may be removed from under it.
  if (!Is(built, ErrorKind::kTransient)) {
    static_cast<void>(fs.DeleteTree(building.path));
  }
  if (Is(built, ErrorKind::kAlreadyExists)) return false;
  return built;
}

/// As CreateDirectories, which may be repeated: it leaves what is there.
Status MakeParents(FileSystem& fs, const std::string& path) {
  Status made = CreateDirectories(fs, path);
  if (Is(made, ErrorKind::kCommitStateUnknown)) made = CreateDirectories(fs, path);
  return Is(made, ErrorKind::kCommitStateUnknown) ? Unresolved(made) : made;
}

/// A handle on a job whose dataset is there.
class PublishedJob final : public Job {
 public:
  explicit PublishedJob(Ledger ledger) : ledger_(std::move(ledger)) {}

  const std::optional<Ledger>& published() const override { return ledger_; }
  const JobPlan& plan() const override { return ledger_->plan; }
  int64_t generation() const override { return ledger_->generation; }
  Result<std::vector<int64_t>> MissingSplits() override { return std::vector<int64_t>(); }
  Result<std::vector<Merge>> MissingMerges() override { return std::vector<Merge>(); }
  Result<Attempt> BeginAttempt(int64_t) override { return Done(); }
  std::string DataFileName(int64_t task, int64_t n,
                           const std::string& extension) const override {
    const WorkDirectory work = WorkDirectory::Of({}, ledger_->job_id, generation());
    return work.DataFileName(task, n, extension);
  }
  Result<std::string> QuarantineDirectory(const Attempt&) override { return Done(); }
  std::string QuarantinePath(int64_t split, int64_t n) const override {
    return WorkDirectory::Of({}, ledger_->job_id, generation()).QuarantinePath(split, n);
  }
  std::string quarantine() const override { return kQuarantineName; }
  Result<int64_t> RowsQuarantined() override { return ledger_->rows_quarantined(); }
  Result<int64_t> FilesCommitted() override { return ledger_->files(); }
  Result<TaskOutcome> CommitTask(const TaskCommit&) override { return Done(); }
  Result<TaskOutcome> CommitMerge(const Merge&, const MergeCommit&) override {
    return Done();
  }
  using Job::DiscardAttempt;
  void DiscardAttempt(const Attempt&, Quarantined) noexcept override {}
  Result<Ledger> Publish(const std::string&) override { return *ledger_; }

 private:
  Status Done() const {
    return Error(ErrorKind::kCommitConflict,
                 "job '{}' is published: nothing is left to do", ledger_->job_id);
  }

  const std::optional<Ledger> ledger_;
};

/// A handle on a generation that was not over when it was opened.
class RunningJob final : public Job {
 public:
  RunningJob(LandingContext landing, JobPlan plan)
      : landing_(std::move(landing)), plan_(std::move(plan)) {}

  const std::optional<Ledger>& published() const override { return not_published_; }
  const JobPlan& plan() const override { return plan_; }
  int64_t generation() const override { return landing_.work.generation; }

  Result<std::vector<int64_t>> MissingSplits() override {
    const Result<std::vector<int64_t>> committed =
        ListCommitted(landing_.fs, landing_.work);
    if (!committed.ok()) return ExplainFailure(landing_, committed.status());
    return SplitsWithout(*committed, plan_);
  }

  Result<std::vector<Merge>> MissingMerges() override {
    if (plan_.merge_bytes == 0) return std::vector<Merge>();
    Result<std::vector<Merge>> merges = FindMissingMerges(landing_, plan_);
    if (!merges.ok()) return ExplainFailure(landing_, merges.status());
    return merges;
  }

  Result<Attempt> BeginAttempt(int64_t task) override {
    const bool is_merge = plan_.merge_bytes != 0 && task >= std::ssize(plan_.splits);
    if (!is_merge) HOWDAH_RETURN_IF_ERROR(FindSplit(task).status());
    Attempt attempt{task, RandomHex(landing_.environment), ""};
    attempt.directory = landing_.work.attempt(task, attempt.id);
    const Status made = MakeDirectory(landing_.fs, attempt.directory);
    if (!made.ok()) return ExplainFailure(landing_, made);
    return attempt;
  }

  std::string DataFileName(int64_t task, int64_t n,
                           const std::string& extension) const override {
    return landing_.work.DataFileName(task, n, extension);
  }

  Result<std::string> QuarantineDirectory(const Attempt& attempt) override {
    std::string directory = landing_.work.quarantine(attempt.task, attempt.id);
    const Status made = MakeDirectory(landing_.fs, directory);
    if (!made.ok()) return ExplainFailure(landing_, made);
    return directory;
  }

  std::string QuarantinePath(int64_t split, int64_t n) const override {
    return landing_.work.QuarantinePath(split, n);
  }

  std::string quarantine() const override { return landing_.work.quarantine(); }

  Result<int64_t> RowsQuarantined() override {
    int64_t rows = 0;
    const auto add = [&](const Manifest& manifest) -> Status {
      HOWDAH_ASSIGN_OR_RETURN(const TaskCommit task,
                              ParseTaskCommit(manifest.text, manifest.path));
      rows += task.rows_quarantined;
      return Status::OK();
    };
    const auto pass_over = [](const Manifest&) { return Status::OK(); };
    HOWDAH_RETURN_IF_ERROR(ForEachCommitted(add, pass_over));
    return rows;
  }

  Result<int64_t> FilesCommitted() override {
    int64_t files = 0;
    const auto add = [&](const Manifest& manifest) -> Status {
      HOWDAH_ASSIGN_OR_RETURN(const TaskCommit task,
                              ParseTaskCommit(manifest.text, manifest.path));
      files += std::ssize(task.files);
      return Status::OK();
    };
    const auto replace = [&](const Manifest& manifest) -> Status {
      HOWDAH_ASSIGN_OR_RETURN(const MergeCommit merge,
                              ParseMergeCommit(manifest.text, manifest.path));
      files += 1 - std::ssize(merge.sources);
      return Status::OK();
    };
    HOWDAH_RETURN_IF_ERROR(ForEachCommitted(add, replace));
    return files;
  }

  Result<TaskOutcome> CommitTask(const TaskCommit& task) override {
    const std::string text = ToJson(task);
    HOWDAH_RETURN_IF_ERROR(ParseTaskCommit(text, "the manifest to commit").status());
    HOWDAH_ASSIGN_OR_RETURN(const Split* split, FindSplit(task.split));
    const std::vector<Finding> findings = VerifyTask(*split, task);
    if (!findings.empty()) {
      return Error(ErrorKind::kInternal,
                   "an attempt that is not whole was to be committed: {}",
                   findings.front().detail);
    }
    return Commit(task.split, task.attempt, text);
  }

  Result<TaskOutcome> CommitMerge(const Merge& merge,
                                  const MergeCommit& commit) override {
    const std::string text = ToJson(commit);
    HOWDAH_RETURN_IF_ERROR(ParseMergeCommit(text, "the manifest to commit").status());
    std::vector<const FileRecord*> sources;
    for (const Merge::Source& source : merge.sources) sources.push_back(&source.file);
    const std::vector<Finding> findings = VerifyMerge(sources, commit);
    if (!findings.empty() || commit.task != merge.task) {
      return Error(ErrorKind::kInternal,
                   "a merge that is not whole was to be committed: {}",
                   findings.empty() ? "its number" : findings.front().detail);
    }
    return Commit(commit.task, commit.attempt, text);
  }

  using Job::DiscardAttempt;
  void DiscardAttempt(const Attempt& attempt, Quarantined quarantined) noexcept override {
    {
      std::lock_guard lock(mutex_);
      if (handed_in_.contains(attempt.id)) return;  // it may be the winner
    }
    static_cast<void>(
        landing_.fs.DeleteTree(landing_.work.attempt(attempt.task, attempt.id)));
    if (quarantined == Quarantined::kKeep) return;
    static_cast<void>(
        landing_.fs.DeleteTree(landing_.work.quarantine(attempt.task, attempt.id)));
  }

  Result<Ledger> Publish(const std::string& run) override {
    if (!IsCanonicalJsonObject(run)) {
      return Error(ErrorKind::kInternal, "the record of the run is not canonical JSON");
    }
    return PublishGeneration(landing_, plan_, run);
  }

 private:
  Result<const Split*> FindSplit(int64_t id) const {
    if (id >= 0 && id < static_cast<int64_t>(plan_.splits.size())) {
      return &plan_.splits[static_cast<size_t>(id)];
    }
    return Error(ErrorKind::kInternal, "the plan of {} has {} splits, and no split {}",
                 landing_.work.Describe(), plan_.splits.size(), id);
  }

  /// First wins; whatever the answer was, the manifest that is there decides.
  Result<TaskOutcome> Commit(int64_t task, const std::string& attempt,
                             const std::string& text) {
    {
      std::lock_guard lock(mutex_);
      handed_in_.insert(attempt);
    }
    const WorkDirectory& work = landing_.work;
    const Status placed =
        PlaceControlFile(landing_.fs, landing_.environment, work.tmp(),
                         JoinPath(work.done(), ManifestName(task)), text);
    if (placed.ok()) return TaskOutcome::kCommitted;
    HOWDAH_ASSIGN_OR_RETURN(const std::optional<Manifest> winner,
                            FindManifest(landing_.fs, work, task));
    if (!winner) return ExplainFailure(landing_, placed);
    // All of it is compared: the attempt's id is part of it.
    return winner->text == text ? TaskOutcome::kCommitted : TaskOutcome::kLost;
  }

  /// Calls one or the other with each manifest that is committed.
  template <typename OfSplit, typename OfMerge>
  Status ForEachCommitted(const OfSplit& of_split, const OfMerge& of_merge) const {
    const Result<std::vector<int64_t>> committed =
        ListCommitted(landing_.fs, landing_.work);
    if (!committed.ok()) return ExplainFailure(landing_, committed.status());
    for (const int64_t task : *committed) {
      HOWDAH_ASSIGN_OR_RETURN(const std::optional<Manifest> manifest,
                              FindManifest(landing_.fs, landing_.work, task));
      if (!manifest) continue;
      const bool is_split = task < std::ssize(plan_.splits);
      HOWDAH_RETURN_IF_ERROR(is_split ? of_split(*manifest) : of_merge(*manifest));
    }
    return Status::OK();
  }

  const LandingContext landing_;
  const JobPlan plan_;
  const std::optional<Ledger> not_published_;
  std::mutex mutex_;
  std::set<std::string> handed_in_;  ///< attempts that Commit has seen
};

/// FIN for a generation that is over without it: its driver died in between.
void FinishLast(FileSystem& fs, Environment& environment, const DatasetPaths& paths,
                const JobSurvey& survey) {
  if (!survey.last || !survey.last_state.IsOver() || survey.last_state.has_fin) return;
  if (survey.last_state.stage == Stage::kGone) return;
  Finish({fs, environment, paths, *survey.last},
         survey.last_state.stage == Stage::kPublished ? Outcome::kPublished
                                                      : Outcome::kAbandoned);
}

}  // namespace

Result<std::unique_ptr<Job>> Job::Open(FileSystem& fs, Environment& environment,
                                       const DatasetPaths& paths, const JobPlan& plan,
                                       Restart restart) {
  // Each round but the last finds that another driver has moved the job on.
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    HOWDAH_RETURN_IF_ERROR(FinishSwaps(fs, environment, paths));
    HOWDAH_ASSIGN_OR_RETURN(JobSurvey survey, SurveyJob(fs, paths, plan, restart));
    if (survey.being_swapped_in) continue;
    FinishLast(fs, environment, paths, survey);
    if (survey.status.state == JobState::kPublished) {
      return std::make_unique<PublishedJob>(*std::move(survey.status.ledger));
    }
    if (survey.withdraw_last) {
      const LandingContext landing{fs, environment, paths, *survey.last};
      HOWDAH_ASSIGN_OR_RETURN(const Stage stage, Withdraw(landing));
      if (stage == Stage::kPublished) continue;
      if (stage == Stage::kWithdrawn) Finish(landing, Outcome::kAbandoned);
      // A generation that another driver begins now is not withdrawn.
      restart = Restart::kNo;
      continue;
    }
    HOWDAH_RETURN_IF_ERROR(MakeParents(fs, ParentPath(paths.dataset)));
    if (survey.status.state == JobState::kResume) {
      return std::make_unique<RunningJob>(
          LandingContext{fs, environment, paths, *survey.last},
          *std::move(survey.frozen));
    }
    HOWDAH_RETURN_IF_ERROR(MakeParents(fs, ParentPath(paths.staging)));
    LandingContext landing{
        fs, environment, paths,
        WorkDirectory::Of(paths, plan.job_id, survey.status.generation)};
    HOWDAH_ASSIGN_OR_RETURN(const bool made, SetUp(landing, plan));
    if (!made) continue;
    // Since the survey the number may have been used by others, and retired.
    HOWDAH_ASSIGN_OR_RETURN(const int64_t retired, LastRetired(fs, paths, plan.job_id));
    if (retired < landing.work.generation) {
      return std::make_unique<RunningJob>(std::move(landing), plan);
    }
    HOWDAH_ASSIGN_OR_RETURN(const Stage stage, Withdraw(landing));
    if (stage == Stage::kWithdrawn) Finish(landing, Outcome::kAbandoned);
  }
  return Error(
      ErrorKind::kTransient,
      "job '{}' is being opened and ended by other drivers all the time: look for "
      "other runs of it, then run the same command",
      plan.job_id);
}

}  // namespace howdah
