#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/status.h"
#include "commit/ledger.h"
#include "commit/paths.h"
#include "storage/file_system.h"
#include "types/task_commit.h"

namespace howdah {

enum class Restart { kNo, kYes };

/// What opening the job would find; nothing is written to learn it.
enum class JobState {
  kFresh,      ///< no trace of it, or its dataset is gone: a new generation would run
  kResume,     ///< begun and not finished
  kPublished,  ///< the dataset is this job's result
};

struct JobStatus {
  JobState state = JobState::kFresh;
  int64_t generation = 1;        ///< that is there, or that would run
  int64_t splits_done = 0;       ///< kResume: committed so far
  std::optional<Ledger> ledger;  ///< kPublished
};

/// Look at what is there, by the rules of docs/landing-protocol.md ("The job").
///   InvalidInput: the job is begun with another plan (says what differs, names
///   --restart) AlreadyExists: the dataset is not empty and not this job's (says whose);
///   it is a file, a
///     symlink or a mount point
///   PermissionDenied: nothing can be created beside the dataset (names output.staging)
///   Unsupported: a control file of a newer engine
Result<JobStatus> LookAtJob(FileSystem& fs, const DatasetPaths& paths,
                            const JobPlan& plan, Restart restart);

/// Files of a job that are to be one file when they land.
struct Merge {
  struct Source {
    std::string staged;  ///< where it lies: an absolute path
    FileRecord file;     ///< without its columns
  };
  int64_t task = 0;  ///< its number, counted on after the splits'
  /// Two or more of one directory, in the order of the rows.
  std::vector<Source> sources;
};

/// An attempt's own directory; only this attempt writes there.
struct Attempt {
  int64_t task = 0;       ///< a split's id, or Merge::task
  std::string id;         ///< 16 hex digits
  std::string directory;  ///< exists
};

enum class TaskOutcome { kCommitted, kLost };

/// One driver's handle on one generation of a job. Thread-safe. Any number of drivers, in
/// any process, may hold the same job at once; the file system arbitrates
/// (docs/landing-protocol.md).
///
/// Where another driver has withdrawn or finished the generation meanwhile,
/// MissingSplits, MissingMerges, BeginAttempt, CommitTask, CommitMerge and Publish say
/// CommitConflict. After Transient each of them may be called again.
class Job {
 public:
  /// State 1, SETUP: create the generation, or join the one that is there. Errors as
  /// LookAtJob. With Restart::kYes an unfinished generation is withdrawn and the next one
  /// begins.
  static Result<std::unique_ptr<Job>> Open(FileSystem& fs, Environment& environment,
                                           const DatasetPaths& paths, const JobPlan& plan,
                                           Restart restart);
  virtual ~Job() = default;

  /// Set iff the job is already published: nothing is left to do.
  virtual const std::optional<Ledger>& published() const = 0;
  /// The plan in force: that of the generation joined, whose splits are frozen.
  virtual const JobPlan& plan() const = 0;
  virtual int64_t generation() const = 0;

  /// Splits without a committed task, ascending.
  virtual Result<std::vector<int64_t>> MissingSplits() = 0;
  /// Where the plan asks for it (JobPlan::merge_bytes): what is still to be merged before
  /// Publish, and nothing else. All splits must be committed; InvalidInput: one is not.
  virtual Result<std::vector<Merge>> MissingMerges() = 0;
  /// State 2: a fresh directory for one try at a split or a merge.
  virtual Result<Attempt> BeginAttempt(int64_t task) = 0;
  /// "part-00042-0-<16 hex>.parquet": the final name of an attempt's `n`th file.
  virtual std::string DataFileName(int64_t task, int64_t n,
                                   const std::string& extension) const = 0;
  /// Where the attempt's quarantined rows are staged; made by the first call.
  virtual Result<std::string> QuarantineDirectory(const Attempt& attempt) = 0;
  /// The final path of an attempt's `n`th file of quarantined rows, below the dataset.
  virtual std::string QuarantinePath(int64_t split, int64_t n) const = 0;
  /// The directory in which all that is quarantined is staged, for people.
  virtual std::string quarantine() const = 0;
  /// Rows quarantined in all splits that are committed: reads their manifests.
  virtual Result<int64_t> RowsQuarantined() = 0;
  /// Data files that would land of all that is committed: reads the manifests.
  virtual Result<int64_t> FilesCommitted() = 0;
  /// State 3: the first manifest of a split wins. After a lost answer it looks. Deletes
  /// nothing. Internal: the counts of `task` do not agree with the plan or with each
  /// other.
  virtual Result<TaskOutcome> CommitTask(const TaskCommit& task) = 0;
  /// As CommitTask, for `merge`, which MissingMerges gave.
  virtual Result<TaskOutcome> CommitMerge(const Merge& merge,
                                          const MergeCommit& commit) = 0;
  /// Remove the files of an attempt that was *never* passed to CommitTask or CommitMerge.
  /// Best effort.
  /// \param quarantined  kKeep: but not its quarantined rows, which somebody shall see.
  enum class Quarantined { kRemove, kKeep };
  virtual void DiscardAttempt(const Attempt& attempt,
                              Quarantined quarantined) noexcept = 0;
  void DiscardAttempt(const Attempt& attempt) noexcept {
    DiscardAttempt(attempt, Quarantined::kRemove);
  }

  /// States 4–7: seal, assemble, publish by one rename, FIN, clean up. All splits and
  /// merges must be done. Replays what another driver began. `run` is a canonical JSON
  /// object for Ledger::run.
  /// \return the ledger in the dataset: ours, or that of the driver that was first.
  ///   CommitConflict: another job published first (says who); nothing visible changed.
  ///   CommitStateUnknown: publishing began and its end is not known (names `howdah
  ///   recover`).
  virtual Result<Ledger> Publish(const std::string& run) = 0;
};

/// One job that somebody left behind.
struct UnfinishedJob {
  std::string job_id;
  int64_t generation = 1;
  int64_t splits_done = 0, splits_total = 0;
  int64_t created_us = 0;
  bool publishing = false;  ///< sealed: `recover` can finish it
  /// Mode overwrite, sealed: the job that was published since this one began. Only its
  /// own command publishes it now. "": none.
  std::string overtaken_by;
};

struct RecoverReport {
  std::vector<Ledger> finished;           ///< published (or found published) now
  std::vector<UnfinishedJob> unfinished;  ///< need their command again, or --abandon
  std::vector<std::string> conflicts;     ///< sealed, but another job holds the dataset
};

/// Finish what dead runs left, as far as it can be finished without scoring: sealed jobs
/// are published, published ones get their FIN. Safe at any time, from any host, twice.
Result<RecoverReport> Recover(FileSystem& fs, Environment& environment,
                              const DatasetPaths& paths);
/// Withdraw every unfinished generation of `job_id`. NotFound: there is none (lists those
/// there are).
Status Abandon(FileSystem& fs, Environment& environment, const DatasetPaths& paths,
               const std::string& job_id);
/// Jobs without FIN, for `inspect`.
Result<std::vector<UnfinishedJob>> ListUnfinished(FileSystem& fs,
                                                  const DatasetPaths& paths);

}  // namespace howdah
