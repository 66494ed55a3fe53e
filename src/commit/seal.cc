#include "commit/seal.h"

#include <set>
#include <string_view>

#include "base/version.h"
#include "commit/control_file.h"
#include "commit/manifests.h"
#include "commit/merge.h"
#include "commit/paths.h"
#include "commit/verify.h"

namespace howdah {
namespace {

Status CheckAllCommitted(const LandingContext& landing, const JobPlan& plan) {
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<Merge> missing,
                          FindMissingMerges(landing, plan));
  if (missing.empty()) return Status::OK();
  return Error(ErrorKind::kInvalidInput,
               "{}: merges of its small files are not done ({}), so the job cannot be "
               "published yet",
               landing.work.Describe(), missing.size());
}

/// There may be many files that did not land, and of their columns nobody asks.
void DropColumnsOfMerged(Ledger& ledger) {
  const std::set<std::string_view> merged = ledger.MergedPaths();
  for (TaskCommit& task : ledger.tasks) {
    for (FileRecord& file : task.files) {
      if (merged.contains(file.path)) file.columns = {};
    }
  }
}

/// Moves files of attempts into data/, once each.
class Mover {
 public:
  explicit Mover(const LandingContext& landing) : fs_(landing.fs), work_(landing.work) {}

  /// All files of `ledger` that land; those that a merge replaced stay where they are.
  Status MoveAll(const Ledger& ledger) {
    const std::set<std::string_view> merged = ledger.MergedPaths();
    for (const TaskCommit& task : ledger.tasks) {
      const std::string landed = work_.attempt(task.split, task.attempt);
      for (const FileRecord& file : task.files) {
        if (!merged.contains(file.path)) HOWDAH_RETURN_IF_ERROR(Move(landed, file));
      }
      const std::string quarantined = work_.quarantine(task.split, task.attempt);
      for (const FileRecord& file : task.quarantine) {
        HOWDAH_RETURN_IF_ERROR(Move(quarantined, file));
      }
    }
    for (const MergeCommit& merge : ledger.merges) {
      HOWDAH_RETURN_IF_ERROR(Move(work_.attempt(merge.task, merge.attempt), merge.file));
    }
    return Status::OK();
  }

 private:
  Status Move(const std::string& staged, const FileRecord& file) {
    const std::string to = JoinPath(work_.data(), file.path);
    const std::string from = JoinPath(staged, file.staged_path);
    HOWDAH_RETURN_IF_ERROR(MakeParents(file.path));
    for (int tries = 1;; ++tries) {
      const Status renamed = fs_.Rename(from, to, IfExists::kFail);
      if (renamed.ok()) return renamed;
      HOWDAH_ASSIGN_OR_RETURN(const bool at_source, Exists(fs_, from));
      HOWDAH_ASSIGN_OR_RETURN(const bool at_target, Exists(fs_, to));
      if (at_target) {
        // At both: it may have been moved between the two looks.
        const Result<bool> still_at_source = at_source ? Exists(fs_, from) : false;
        HOWDAH_RETURN_IF_ERROR(still_at_source.status());
        if (!*still_at_source) return Status::OK();  // moved, by anybody
        return Error(ErrorKind::kCorruption,
                     "two files of {} would be '{}' in the dataset: '{}' and one that is "
                     "there",
                     work_.Describe(), file.path, from);
      }
      if (!at_source) {
        return Error(ErrorKind::kCorruption,
                     "'{}' is in a committed manifest of {} but is neither there nor at "
                     "'{}': somebody removed it; run again with --restart",
                     from, work_.Describe(), to);
      }
      if (!Is(renamed, ErrorKind::kCommitStateUnknown)) return renamed;
      if (tries == 2) return Unresolved(renamed);
    }
  }

  /// The directories between data/ and the file; data/ itself is never made again, so
  /// that a driver that comes back late finds no place to put anything.
  Status MakeParents(const std::string& path) {
    for (size_t slash = path.find('/'); slash != path.npos;
         slash = path.find('/', slash + 1)) {
      const std::string directory = JoinPath(work_.data(), path.substr(0, slash));
      if (made_.contains(directory)) continue;
      HOWDAH_RETURN_IF_ERROR(MakeDirectory(fs_, directory));
      made_.insert(directory);
    }
    return Status::OK();
  }

  FileSystem& fs_;
  const WorkDirectory& work_;
  std::set<std::string> made_;
};

Status RefuseFindings(const LandingContext& landing,
                      const std::vector<Finding>& findings) {
  if (findings.empty()) return Status::OK();
  const Finding& first = findings.front();
  return Error(
      ErrorKind::kCorruption,
      "{} is not published, because it is not whole: {}{}{} ({} findings); run again "
      "with --restart",
      landing.work.Describe(), first.path, first.path.empty() ? "" : ": ", first.detail,
      findings.size());
}

/// First writer wins; one that is there stays.
Status PlaceInData(const LandingContext& landing, const char* name,
                   const std::string& text) {
  const WorkDirectory& work = landing.work;
  const Status placed = PlaceControlFile(landing.fs, landing.environment, work.tmp(),
                                         JoinPath(work.data(), name), text);
  return Is(placed, ErrorKind::kAlreadyExists) ? Status::OK() : placed;
}

}  // namespace

Status Seal(const LandingContext& landing, const JobPlan& plan) {
  const WorkDirectory& work = landing.work;
  Status renamed;
  for (int i = 0; i < 2; ++i) {
    HOWDAH_ASSIGN_OR_RETURN(const bool sealed, Exists(landing.fs, work.sealed()));
    if (sealed) return Status::OK();
    HOWDAH_RETURN_IF_ERROR(CheckAllCommitted(landing, plan));
    renamed = landing.fs.Rename(work.done(), work.sealed(), IfExists::kFail);
    if (renamed.ok()) return renamed;
  }
  HOWDAH_ASSIGN_OR_RETURN(const bool sealed, Exists(landing.fs, work.sealed()));
  if (sealed) return Status::OK();
  return Is(renamed, ErrorKind::kCommitStateUnknown) ? Unresolved(renamed) : renamed;
}

Result<Ledger> Assemble(const LandingContext& landing, const JobPlan& plan,
                        const std::string& run) {
  const WorkDirectory& work = landing.work;
  Ledger ours;
  ours.howdah_version = kVersion;
  ours.job_id = work.job_id;
  ours.generation = work.generation;
  ours.published_us = landing.environment.NowMicros();
  ours.plan = plan;
  ours.run = run;
  HOWDAH_ASSIGN_OR_RETURN(ours.tasks, ReadTasks(landing.fs, plan, work.sealed()));
  HOWDAH_ASSIGN_OR_RETURN(ours.merges, ReadSealedMerges(landing, plan, ours.tasks));
  DropColumnsOfMerged(ours);
  HOWDAH_RETURN_IF_ERROR(RefuseFindings(landing, VerifyLedger(ours)));

  HOWDAH_RETURN_IF_ERROR(Mover(landing).MoveAll(ours));
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<Finding> findings,
                          VerifyListing(landing.fs, work.data(), ours));
  HOWDAH_RETURN_IF_ERROR(RefuseFindings(landing, findings));

  HOWDAH_RETURN_IF_ERROR(PlaceInData(landing, kLedgerName, ToJson(ours)));
  HOWDAH_RETURN_IF_ERROR(PlaceInData(landing, kSuccessName, ""));
  return ReadLedger(landing.fs, work.data());
}

}  // namespace howdah
