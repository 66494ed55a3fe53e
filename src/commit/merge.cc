#include "commit/merge.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "commit/manifests.h"

namespace howdah {
namespace {

using Sources = std::vector<Merge::Source>;

/// By directory; "" is the dataset itself.
std::map<std::string, Sources> FilesByDirectory(const WorkDirectory& work,
                                                const std::vector<TaskCommit>& tasks) {
  std::map<std::string, Sources> directories;
  for (const TaskCommit& task : tasks) {
    const std::string attempt = work.attempt(task.split, task.attempt);
    for (const FileRecord& file : task.files) {
      const size_t slash = file.path.rfind('/');
      const std::string directory =
          slash == file.path.npos ? "" : file.path.substr(0, slash);
      Merge::Source& source = directories[directory].emplace_back();
      source.staged = JoinPath(attempt, file.staged_path);
      source.file = file;
      source.file.columns = {};
    }
  }
  return directories;
}

}  // namespace

std::vector<Merge> PlanMerges(const WorkDirectory& work, const JobPlan& plan,
                              const std::vector<TaskCommit>& tasks) {
  std::vector<Merge> merges;
  if (plan.merge_bytes == 0) return merges;
  const auto add = [&](Sources sources) {
    if (sources.size() < 2) return;
    merges.push_back({std::ssize(plan.splits) + std::ssize(merges), std::move(sources)});
  };
  for (auto& [directory, files] : FilesByDirectory(work, tasks)) {
    Sources together;
    int64_t bytes = 0;
    for (Merge::Source& source : files) {
      if (bytes > plan.merge_bytes - source.file.bytes) {
        add(std::exchange(together, {}));
        bytes = 0;
      }
      bytes += source.file.bytes;
      together.push_back(std::move(source));
    }
    add(std::move(together));
  }
  return merges;
}

Result<std::vector<Merge>> FindMissingMerges(const LandingContext& landing,
                                             const JobPlan& plan) {
  const WorkDirectory& work = landing.work;
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<int64_t> committed,
                          ListCommitted(landing.fs, work));
  const std::vector<int64_t> splits = SplitsWithout(committed, plan);
  if (!splits.empty()) {
    return Error(ErrorKind::kInvalidInput,
                 "{}: split {} has no committed task, so the job cannot be published yet",
                 work.Describe(), splits.front());
  }
  if (plan.merge_bytes == 0) return std::vector<Merge>();
  Result<std::vector<TaskCommit>> tasks = ReadTasks(landing.fs, plan, work.done());
  if (Is(tasks.status(), ErrorKind::kNotFound)) {  // sealed meanwhile, or before
    tasks = ReadTasks(landing.fs, plan, work.sealed());
  }
  HOWDAH_RETURN_IF_ERROR(tasks.status());
  std::vector<Merge> missing = PlanMerges(work, plan, *tasks);
  std::erase_if(missing, [&](const Merge& merge) {
    return std::binary_search(committed.begin(), committed.end(), merge.task);
  });
  return missing;
}

Result<std::vector<MergeCommit>> ReadSealedMerges(const LandingContext& landing,
                                                  const JobPlan& plan,
                                                  const std::vector<TaskCommit>& tasks) {
  std::vector<MergeCommit> merges;
  for (const Merge& merge : PlanMerges(landing.work, plan, tasks)) {
    const std::string sealed = landing.work.sealed();
    HOWDAH_ASSIGN_OR_RETURN(MergeCommit commit,
                            ReadMerge(landing.fs, merge.task, sealed));
    const bool same = std::equal(
        merge.sources.begin(), merge.sources.end(), commit.sources.begin(),
        commit.sources.end(), [](const Merge::Source& source, const std::string& path) {
          return source.file.path == path;
        });
    if (!same) {
      return Error(ErrorKind::kCorruption,
                   "{}: field 'sources' is not what the plan and the other manifests say",
                   JoinPath(sealed, ManifestName(merge.task)));
    }
    merges.push_back(std::move(commit));
  }
  return merges;
}

}  // namespace howdah
