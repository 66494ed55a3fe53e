#include "commit/manifests.h"

#include <algorithm>

namespace howdah {
namespace {

/// \param parse  of the text and its place.
/// \param number  the field of what it returns that must be `task`.
template <typename Commit>
Result<Commit> ReadOne(FileSystem& fs, const std::string& directory, int64_t task,
                       Result<Commit> (*parse)(const std::string&, const std::string&),
                       const char* field, int64_t Commit::* number) {
  const std::string path = JoinPath(directory, ManifestName(task));
  HOWDAH_ASSIGN_OR_RETURN(const std::string text, ReadFile(fs, path));
  HOWDAH_ASSIGN_OR_RETURN(Commit commit, parse(text, path));
  if (commit.*number != task) {
    return Error(ErrorKind::kCorruption, "{}: field '{}' is {}, expected {}", path, field,
                 commit.*number, task);
  }
  return commit;
}

}  // namespace

Result<std::vector<int64_t>> ListCommitted(FileSystem& fs, const WorkDirectory& work) {
  Result<std::vector<FileInfo>> entries = fs.List(work.done());
  if (Is(entries.status(), ErrorKind::kNotFound)) entries = fs.List(work.sealed());
  HOWDAH_RETURN_IF_ERROR(entries.status());
  std::vector<int64_t> tasks;
  for (const FileInfo& entry : *entries) {
    if (const auto task = ParseManifestName(entry.name())) tasks.push_back(*task);
  }
  std::sort(tasks.begin(), tasks.end());
  return tasks;
}

std::vector<int64_t> SplitsWithout(const std::vector<int64_t>& committed,
                                   const JobPlan& plan) {
  std::vector<int64_t> missing;
  for (const Split& split : plan.splits) {
    if (!std::binary_search(committed.begin(), committed.end(), split.id)) {
      missing.push_back(split.id);
    }
  }
  return missing;
}

int64_t CountSplits(const std::vector<int64_t>& committed, const JobPlan& plan) {
  return std::lower_bound(committed.begin(), committed.end(), std::ssize(plan.splits)) -
         committed.begin();
}

Result<std::optional<Manifest>> FindManifest(FileSystem& fs, const WorkDirectory& work,
                                             int64_t task) {
  for (const std::string& directory : {work.done(), work.sealed()}) {
    std::string path = JoinPath(directory, ManifestName(task));
    Result<std::string> text = ReadFile(fs, path);
    if (Is(text.status(), ErrorKind::kNotFound)) continue;
    HOWDAH_RETURN_IF_ERROR(text.status());
    return Manifest{std::move(path), *std::move(text)};
  }
  return std::optional<Manifest>();
}

Result<std::vector<TaskCommit>> ReadTasks(FileSystem& fs, const JobPlan& plan,
                                          const std::string& directory) {
  std::vector<TaskCommit> tasks;
  for (const Split& split : plan.splits) {
    HOWDAH_ASSIGN_OR_RETURN(
        TaskCommit task,
        ReadOne(fs, directory, split.id, ParseTaskCommit, "split", &TaskCommit::split));
    tasks.push_back(std::move(task));
  }
  return tasks;
}

Result<MergeCommit> ReadMerge(FileSystem& fs, int64_t task,
                              const std::string& directory) {
  return ReadOne(fs, directory, task, ParseMergeCommit, "task", &MergeCommit::task);
}

}  // namespace howdah
