#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "commit/gc.h"
#include "commit/job.h"
#include "commit/swap.h"
#include "testing/explore/scenario.h"

namespace howdah {

/// A process's own file system, made over the one that it was given: for bugs that are
/// planted.
using Disguise =
    std::function<std::unique_ptr<FileSystem>(FileSystem& fs, Environment& environment)>;

/// What the actors of one run were told, and what therefore must hold.
struct Promises {
  struct Committed {
    std::string job_id;
    int64_t generation = 0;
    int64_t task = 0;  ///< a split, or Merge::task
    std::string attempt;
  };
  std::vector<Committed> committed;    ///< "your task is committed"
  std::vector<std::string> withdrawn;  ///< "job.generation": it will not be published
};

/// A lake with one dataset, and the actors and checks from which scenarios are made. Each
/// file of a dataset holds lines "job.generation.attempt split:row", so that what readers
/// see tells where it came from.
class LandingWorld {
 public:
  explicit LandingWorld(int64_t splits) : splits_(splits) {}

  JobPlan Plan(const std::string& job_id, const std::string& model = "m",
               PublishMode mode = PublishMode::kNew) const;

  /// What `howdah run` does with a job: missing splits, missing merges, then publish.
  Actor Driver(const JobPlan& plan, Restart restart = Restart::kNo,
               Disguise disguise = nullptr);
  Actor Abandoner(const std::string& job_id, Disguise disguise = nullptr);
  /// As Abandoner; promises nothing.
  Actor UnnotedAbandoner(const std::string& job_id, Disguise disguise);
  Actor Recoverer();
  Actor Roller(const std::string& job_id);
  Actor Collector(const GcOptions& options, Disguise disguise = nullptr);

  /// With the dataset's rules as its checks. `plans`: the commands that are given again
  /// after all processes died; at least one of them must have its result in the dataset.
  /// `ends`: the errors that an actor may end with though nothing failed.
  Scenario Make(const std::string& name, std::vector<Actor> actors,
                std::vector<JobPlan> plans, std::vector<ErrorKind> ends);

  /// All splits done, nothing sealed; left by a driver that died.
  enum class Noted { kNo, kYes };  ///< was it promised that they are committed?
  void LeaveDone(Scenario& scenario, const JobPlan& plan, Noted noted = Noted::kYes);

  /// The dataset is `plan`'s when the actors start.
  void LeavePublished(Scenario& scenario, const JobPlan& plan);
  /// Readers may see one complete dataset after another, and nothing in between; in the
  /// end they see what the log says, and what was replaced is kept.
  void Swaps(Scenario& scenario);
  /// Readers see more and more runs.
  static void Grows(Scenario& scenario);

  /// For Make: an actor may end with any error, where only the dataset matters.
  static std::vector<ErrorKind> AnyError();

 private:
  Status Score(FileSystem& fs, Job& job, int64_t split, bool promise);
  Status MergeFiles(FileSystem& fs, Job& job, const Merge& merge, bool promise);
  void Promise(const Job& job, int64_t task, const std::string& attempt);
  Result<Ledger> Drive(FileSystem& fs, Environment& environment, const JobPlan& plan,
                       Restart restart, bool promise);
  std::string View(FileSystem& fs) const;
  std::string ViewOf(FileSystem& fs, const std::string& directory) const;
  std::string CheckSwaps(FileSystem& fs, const std::string& view) const;
  std::vector<Ledger> Visible(FileSystem& fs) const;
  std::string RecoverAll(FileSystem& fs, Environment& environment,
                         const std::vector<JobPlan>& plans);
  std::string CheckPromises(FileSystem& fs) const;

  const int64_t splits_;
  const DatasetPaths paths_ = DatasetPaths::For("/lake/out", "").ValueOrDie();
  Promises promises_;
  bool swaps_ = false;
};

}  // namespace howdah
