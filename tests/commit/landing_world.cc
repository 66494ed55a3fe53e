#include "landing_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "commit/verify.h"
#include "testing/explore/tree.h"

namespace howdah {
namespace {

constexpr int64_t kRows = 2;

std::string Generation(const std::string& job_id, int64_t generation) {
  return fmt::format("{}.{}", job_id, generation);
}

std::string Describe(const Finding& finding) {
  return fmt::format("{} {}", finding.path, finding.detail);
}

/// Visible files below `directory`, as Hive sees them.
Status ReadVisible(FileSystem& fs, const std::string& directory, std::string& text) {
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, fs.List(directory));
  for (const FileInfo& entry : entries) {
    if (IsHiddenName(entry.name())) continue;
    if (entry.type == FileType::kDirectory) {
      HOWDAH_RETURN_IF_ERROR(ReadVisible(fs, entry.path, text));
    } else {
      HOWDAH_ASSIGN_OR_RETURN(const std::string part, ReadFile(fs, entry.path));
      text += part;
    }
  }
  return Status::OK();
}

std::string TextOf(const std::string& generation, const std::string& attempt,
                   int64_t split) {
  std::string text;
  for (int64_t row = 0; row < kRows; ++row) {
    text += fmt::format("{}.{} {}:{}\n", generation, attempt, split, row);
  }
  return text;
}

/// The attempt at a split or a merge that the ledger has; "": none.
std::string AttemptOf(const Ledger& ledger, int64_t number) {
  for (const TaskCommit& task : ledger.tasks) {
    if (task.split == number) return task.attempt;
  }
  for (const MergeCommit& merge : ledger.merges) {
    if (merge.task == number) return merge.attempt;
  }
  return "";
}

void MustWork(const Status& status) {
  if (!status.ok()) status.Abort();
}

/// Runs `actor` over its disguise.
Actor Disguised(Actor actor, Disguise disguise) {
  if (!disguise) return actor;
  return [actor = std::move(actor), disguise = std::move(disguise)](
             FileSystem& fs, Environment& environment) {
    const std::unique_ptr<FileSystem> own = disguise(fs, environment);
    return actor(*own, environment);
  };
}

}  // namespace

JobPlan LandingWorld::Plan(const std::string& job_id, const std::string& model,
                           PublishMode mode) const {
  JobPlan plan;
  plan.job_id = job_id;
  plan.mode = mode;
  plan.semantic = fmt::format(R"({{"model":"{}"}})", model);
  plan.inputs = {{"/in", 1, 1}};
  for (int64_t id = 0; id < splits_; ++id) {
    SplitPart part;
    part.first_row_group = id;
    part.end_row_group = id + 1;
    part.first_row = id * kRows;
    part.rows = kRows;
    plan.splits.push_back({id, {part}});
  }
  return plan;
}

Status LandingWorld::Score(FileSystem& fs, Job& job, int64_t split, bool promise) {
  HOWDAH_ASSIGN_OR_RETURN(const Attempt attempt, job.BeginAttempt(split));
  const std::string generation = Generation(job.plan().job_id, job.generation());
  TaskCommit task;
  task.split = split;
  task.attempt = attempt.id;
  task.input_rows = task.rows_written = kRows;
  FileRecord file;
  file.staged_path = "0.staged";
  file.path = job.DataFileName(split, 0, ".dat");
  file.rows = kRows;
  file.row_groups = 1;
  HOWDAH_ASSIGN_OR_RETURN(
      const ClosedFile closed,
      WriteFile(fs, JoinPath(attempt.directory, file.staged_path),
                TextOf(generation, attempt.id, split), IfExists::kFail));
  file.bytes = closed.size;
  file.crc32c = closed.crc32c;
  task.files.push_back(file);
  HOWDAH_ASSIGN_OR_RETURN(const TaskOutcome outcome, job.CommitTask(task));
  if (promise && outcome == TaskOutcome::kCommitted) Promise(job, split, attempt.id);
  return Status::OK();
}

Status LandingWorld::MergeFiles(FileSystem& fs, Job& job, const Merge& merge,
                                bool promise) {
  HOWDAH_ASSIGN_OR_RETURN(const Attempt attempt, job.BeginAttempt(merge.task));
  MergeCommit commit;
  commit.task = merge.task;
  commit.attempt = attempt.id;
  commit.file.staged_path = "0.staged";
  commit.file.path = job.DataFileName(merge.task, 0, ".dat");
  commit.file.row_groups = 1;
  std::string text;
  for (const Merge::Source& source : merge.sources) {
    HOWDAH_ASSIGN_OR_RETURN(const std::string part, ReadFile(fs, source.staged));
    text += part;
    commit.file.rows += source.file.rows;
    commit.sources.push_back(source.file.path);
  }
  HOWDAH_ASSIGN_OR_RETURN(
      const ClosedFile closed,
      WriteFile(fs, JoinPath(attempt.directory, commit.file.staged_path), text,
                IfExists::kFail));
  commit.file.bytes = closed.size;
  commit.file.crc32c = closed.crc32c;
  HOWDAH_ASSIGN_OR_RETURN(const TaskOutcome outcome, job.CommitMerge(merge, commit));
  if (promise && outcome == TaskOutcome::kCommitted) {
    Promise(job, merge.task, attempt.id);
  }
  return Status::OK();
}

void LandingWorld::Promise(const Job& job, int64_t task, const std::string& attempt) {
  promises_.committed.push_back({job.plan().job_id, job.generation(), task, attempt});
}

Result<Ledger> LandingWorld::Drive(FileSystem& fs, Environment& environment,
                                   const JobPlan& plan, Restart restart, bool promise) {
  HOWDAH_ASSIGN_OR_RETURN(const auto job,
                          Job::Open(fs, environment, paths_, plan, restart));
  if (job->published()) return *job->published();
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<int64_t> missing, job->MissingSplits());
  for (const int64_t split : missing) {
    Status scored = Score(fs, *job, split, promise);
    if (!scored.ok()) scored = Score(fs, *job, split, promise);
    HOWDAH_RETURN_IF_ERROR(scored);
  }
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<Merge> merges, job->MissingMerges());
  for (const Merge& merge : merges) {
    Status merged = MergeFiles(fs, *job, merge, promise);
    if (!merged.ok()) merged = MergeFiles(fs, *job, merge, promise);
    HOWDAH_RETURN_IF_ERROR(merged);
  }
  return job->Publish("{}");
}

Actor LandingWorld::Driver(const JobPlan& plan, Restart restart, Disguise disguise) {
  const auto drive = [this, plan, restart](FileSystem& fs,
                                           Environment& environment) -> Status {
    HOWDAH_ASSIGN_OR_RETURN(const Ledger ledger,
                            Drive(fs, environment, plan, restart, true));
    if (ledger.job_id == plan.job_id && ledger.plan.semantic == plan.semantic) {
      return Status::OK();
    }
    return Error(ErrorKind::kInternal, "it was given the ledger of another job");
  };
  return Disguised(drive, std::move(disguise));
}

Actor LandingWorld::Abandoner(const std::string& job_id, Disguise disguise) {
  const auto abandon = [this, job_id](FileSystem& fs,
                                      Environment& environment) -> Status {
    HOWDAH_ASSIGN_OR_RETURN(const std::vector<UnfinishedJob> unfinished,
                            ListUnfinished(fs, paths_));
    HOWDAH_RETURN_IF_ERROR(Abandon(fs, environment, paths_, job_id));
    for (const UnfinishedJob& job : unfinished) {
      promises_.withdrawn.push_back(Generation(job.job_id, job.generation));
    }
    return Status::OK();
  };
  return Disguised(abandon, std::move(disguise));
}

Actor LandingWorld::UnnotedAbandoner(const std::string& job_id, Disguise disguise) {
  const auto abandon = [this, job_id](FileSystem& fs, Environment& environment) {
    return Abandon(fs, environment, paths_, job_id);
  };
  return Disguised(abandon, std::move(disguise));
}

Actor LandingWorld::Recoverer() {
  return [this](FileSystem& fs, Environment& environment) {
    return Recover(fs, environment, paths_).status();
  };
}

Actor LandingWorld::Roller(const std::string& job_id) {
  return [this, job_id](FileSystem& fs, Environment& environment) {
    return Rollback(fs, environment, paths_, job_id).status();
  };
}

Actor LandingWorld::Collector(const GcOptions& options, Disguise disguise) {
  const auto collect = [this, options](FileSystem& fs, Environment& environment) {
    return CollectGarbage(fs, environment, paths_, options).status();
  };
  return Disguised(collect, std::move(disguise));
}

std::string LandingWorld::View(FileSystem& fs) const {
  const std::string& dataset = paths_.dataset;
  const auto entries = fs.List(dataset);
  if (!entries.ok()) return Exists(fs, dataset).ValueOr(true) ? "!not a directory" : "";
  if (entries->empty()) return "";
  if (!Exists(fs, JoinPath(dataset, kAppendMarker)).ValueOr(false)) {
    return ViewOf(fs, dataset);
  }
  std::string runs;
  for (const FileInfo& entry : *entries) {
    if (IsHiddenName(entry.name())) continue;
    const std::string run = ViewOf(fs, entry.path);
    if (run.starts_with('!')) return run;
    runs += run + ";";
  }
  return runs;
}

std::vector<Ledger> LandingWorld::Visible(FileSystem& fs) const {
  std::vector<Ledger> ledgers;
  std::vector<std::string> places = {paths_.dataset};
  const auto entries = fs.List(paths_.dataset);
  if (!entries.ok()) return ledgers;
  for (const FileInfo& entry : *entries) {
    if (!IsHiddenName(entry.name())) places.push_back(entry.path);
  }
  for (const std::string& place : places) {
    Result<Ledger> ledger = ReadLedger(fs, place);
    if (ledger.ok()) ledgers.push_back(*std::move(ledger));
  }
  return ledgers;
}

std::string LandingWorld::ViewOf(FileSystem& fs, const std::string& dataset) const {
  const Result<Ledger> ledger = ReadLedger(fs, dataset);
  if (!ledger.ok()) return "!files without a ledger";
  const std::string name = Generation(ledger->job_id, ledger->generation);
  std::vector<Finding> findings = VerifyLedger(*ledger);
  if (!findings.empty()) return "!a wrong ledger: " + Describe(findings.front());
  for (auto verify : {VerifyListing, VerifyChecksums}) {
    auto found = verify(fs, dataset, *ledger);
    if (!found.ok()) return "!what cannot be verified: " + found.status().message();
    if (!found->empty()) {
      return "!other files than in the ledger: " + Describe(found->front());
    }
  }
  std::string expected, got;
  for (const TaskCommit& task : ledger->tasks) {
    expected += TextOf(name, task.attempt, task.split);
  }
  const Status read = ReadVisible(fs, dataset, got);
  if (!read.ok()) return "!what cannot be read: " + read.message();
  // Files are listed by name, so by split; each row is there once, or this differs.
  if (got != expected) return fmt::format("!rows\n{}instead of\n{}", got, expected);
  for (const std::string& withdrawn : promises_.withdrawn) {
    if (name == withdrawn) return "!a generation that was withdrawn: " + name;
  }
  return fmt::format("{} {}", name, ledger->plan.semantic);
}

std::string LandingWorld::RecoverAll(FileSystem& fs, Environment& environment,
                                     const std::vector<JobPlan>& plans) {
  const auto first = Recover(fs, environment, paths_);
  if (!first.ok()) return "recover fails: " + first.status().message();
  bool done = false;
  std::string failures;
  for (const JobPlan& plan : plans) {
    const auto ledger = Drive(fs, environment, plan, Restart::kNo, false);
    done = done || ledger.ok();
    if (!ledger.ok()) failures += ledger.status().message() + "; ";
  }
  if (!done) return "no command ends well: " + failures;
  const std::string view = View(fs);
  if (view.empty()) return "the dataset is absent";
  if (view.starts_with('!')) return "readers see " + view.substr(1);
  for (int round = 0; round < 2; ++round) {
    const uint64_t before = HashTree(fs, "/");
    const auto again = Recover(fs, environment, paths_);
    if (!again.ok()) return "recover fails at the end: " + again.status().message();
    if (round == 1 && HashTree(fs, "/") != before) return "recover does not come to rest";
  }
  if (View(fs) != view) return "recover changes what is published";
  if (swaps_) {
    const std::string wrong = CheckSwaps(fs, view);
    if (!wrong.empty()) return wrong;
  }
  return CheckPromises(fs);
}

std::string LandingWorld::CheckSwaps(FileSystem& fs, const std::string& view) const {
  const auto history = ListHistory(fs, paths_);
  const auto kept = ListKept(fs, paths_);
  if (!history.ok() || !kept.ok()) return "the history cannot be read";
  std::string last;
  std::set<std::string> replaced;
  for (const SwapRecord& swap : *history) {
    if (!swap.published) continue;
    last = swap.to;
    if (!swap.from.empty()) replaced.insert(swap.from);
  }
  if (!last.empty() && !view.starts_with(last + ".")) {
    return "the log says that job '" + last + "' is seen, but that is '" + view + "'";
  }
  for (const std::string& job : replaced) {
    const bool is_kept = std::any_of(
        kept->begin(), kept->end(),
        [&](const KeptDataset& dataset) { return dataset.ledger.job_id == job; });
    if (!is_kept && !view.starts_with(job + ".")) {
      return "what job '" + job + "' had landed is lost";
    }
  }
  return "";
}

std::string LandingWorld::CheckPromises(FileSystem& fs) const {
  if (promises_.committed.empty()) return "";
  for (const Ledger& ledger : Visible(fs)) {
    for (const Promises::Committed& promise : promises_.committed) {
      if (promise.job_id != ledger.job_id) continue;
      if (promise.generation != ledger.generation) continue;
      const std::string landed = AttemptOf(ledger, promise.task);
      if (landed == promise.attempt) continue;
      return fmt::format(
          "attempt {} at task {} was told that it was committed, and the "
          "ledger has {}",
          promise.attempt, promise.task, landed);
    }
  }
  return "";
}

Scenario LandingWorld::Make(const std::string& name, std::vector<Actor> actors,
                            std::vector<JobPlan> plans, std::vector<ErrorKind> ends) {
  Scenario scenario;
  scenario.name = name;
  scenario.prepare = [this](FileSystem& fs, Environment&) {
    promises_ = {};
    static_cast<void>(fs.CreateDirectory("/lake"));
  };
  scenario.actors = std::move(actors);
  scenario.watched = paths_.dataset;
  scenario.view = [this](FileSystem& fs) { return View(fs); };
  scenario.recover = [this, plans = std::move(plans)](FileSystem& fs,
                                                      Environment& environment) {
    return RecoverAll(fs, environment, plans);
  };
  scenario.check_end = [this, ends = std::move(ends)](
                           FileSystem& fs, const Endings& endings, bool fault) {
    for (const auto& ending : endings) {
      if (!ending || ending->ok()) continue;
      const ErrorKind kind = KindOf(*ending);
      // After a failure of its own an attempt is told of a directory that is gone.
      const bool lost = kind == ErrorKind::kTransient || kind == ErrorKind::kNotFound ||
                        kind == ErrorKind::kCommitStateUnknown;
      if (fault && lost) continue;
      if (std::find(ends.begin(), ends.end(), kind) != ends.end()) continue;
      return "an actor ends with: " + ending->ToString();
    }
    return CheckPromises(fs);
  };
  return scenario;
}

std::vector<ErrorKind> LandingWorld::AnyError() {
  std::vector<ErrorKind> kinds;
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::kInternal); ++kind) {
    kinds.push_back(static_cast<ErrorKind>(kind));
  }
  return kinds;
}

void LandingWorld::LeavePublished(Scenario& scenario, const JobPlan& plan) {
  scenario.prepare = [this, plan, before = scenario.prepare](FileSystem& fs,
                                                             Environment& environment) {
    before(fs, environment);
    MustWork(Drive(fs, environment, plan, Restart::kNo, false).status());
  };
}

void LandingWorld::Swaps(Scenario& scenario) {
  swaps_ = true;
  scenario.may_become = [](const std::string&, const std::string&) { return true; };
}

void LandingWorld::Grows(Scenario& scenario) {
  scenario.may_become = [](const std::string& before, const std::string& after) {
    size_t begin = 0;
    for (size_t end = before.find(';'); end != before.npos;
         begin = end + 1, end = before.find(';', begin)) {
      if (after.find(before.substr(begin, end - begin)) == after.npos) return false;
    }
    return true;
  };
}

void LandingWorld::LeaveDone(Scenario& scenario, const JobPlan& plan, Noted noted) {
  scenario.prepare = [this, plan, noted, before = scenario.prepare](
                         FileSystem& fs, Environment& environment) {
    before(fs, environment);
    const auto job = Job::Open(fs, environment, paths_, plan, Restart::kNo).ValueOrDie();
    for (const int64_t split : job->MissingSplits().ValueOrDie()) {
      MustWork(Score(fs, *job, split, noted == Noted::kYes));
    }
  };
}

}  // namespace howdah
