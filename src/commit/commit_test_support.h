#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "commit/job.h"
#include "commit/verify.h"
#include "storage/memory_file_system.h"
#include "testing/storage/faulty_file_system.h"

namespace howdah {

/// Time that moves by one microsecond a look, and randomness from a seed.
class FakeEnvironment final : public Environment {
 public:
  explicit FakeEnvironment(uint64_t seed = 1) : state_(seed) {}
  int64_t NowMicros() override {
    std::lock_guard lock(mutex_);
    return ++now_us_;
  }
  void Advance(int64_t us) {
    std::lock_guard lock(mutex_);
    now_us_ += us;
  }
  uint64_t Random64() override {  // SplitMix64
    std::lock_guard lock(mutex_);
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

 private:
  std::mutex mutex_;
  int64_t now_us_ = 1'700'000'000'000'000;
  uint64_t state_;
};

inline constexpr char kModelA[] = R"({"model":{"sha256":"aaaa"},"splits":2})";
inline constexpr char kModelB[] = R"({"model":{"sha256":"bbbb"},"splits":2})";

/// Two splits of 10 and 20 rows.
JobPlan MakePlan(const std::string& job_id = "nightly",
                 const std::string& semantic = kModelA);

/// Score `split`: files in a fresh attempt, a manifest for them. Split 1 has a second
/// file, in a partition directory, and 4 quarantined rows. Every file holds
/// "<job>.<generation> split <n> file <n>".
Result<TaskCommit> WriteAttempt(FileSystem& fs, Job& job, int64_t split);

/// Do `merge`, whose files are text, in a fresh attempt, and a manifest for it.
Result<MergeCommit> WriteMerge(FileSystem& fs, Job& job, const Merge& merge);

/// What `howdah run` does with a job: missing splits and merges, two tries each, then
/// publish.
Result<Ledger> Drive(FileSystem& fs, Environment& environment, const DatasetPaths& paths,
                     const JobPlan& plan, Restart restart = Restart::kNo);

/// All files below `directory` by relative path, with their text; directories end in '/'.
/// Empty when there is no such directory.
std::map<std::string, std::string> Tree(FileSystem& fs, const std::string& directory);

/// A memory file system with /lake, and a job's places in it.
class CommitTest : public testing::Test {
 protected:
  CommitTest();

  /// An empty lake.
  void Reset();
  /// The visible files that a complete dataset with this ledger has.
  static std::map<std::string, std::string> ExpectedFiles(const Ledger& ledger);
  /// The dataset is absent, or complete as the result of one of the generations that may
  /// be there, each "job.generation".
  void CheckReadersView(const std::vector<std::string>& allowed = {"nightly.1"});
  /// The dataset is complete, whole by `verify`, and says that this generation made it.
  void CheckPublished(const std::string& job_id, int64_t generation);
  Result<std::unique_ptr<Job>> Open(const JobPlan& plan, Restart restart = Restart::kNo) {
    return Job::Open(*fs_, environment_, paths_, plan, restart);
  }
  /// Open, which must work.
  std::unique_ptr<Job> MustOpen(const JobPlan& plan, Restart restart = Restart::kNo);
  /// Attempt and commit, which must win.
  void MustCommit(Job& job, int64_t split);
  void Put(const std::string& path, const std::string& text);
  std::string Get(const std::string& path);

  FakeEnvironment environment_;
  std::unique_ptr<FileSystem> fs_;
  const DatasetPaths paths_ = DatasetPaths::For("/lake/out", "").ValueOrDie();
  JobPlan plan_ = MakePlan();
};

}  // namespace howdah
