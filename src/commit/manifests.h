#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "commit/ledger.h"
#include "commit/work_directory.h"
#include "storage/file_system.h"

namespace howdah {

/// Numbers of the tasks with a manifest in done/ or sealed/, ascending: splits, then
/// merges. NotFound: neither directory is there.
Result<std::vector<int64_t>> ListCommitted(FileSystem& fs, const WorkDirectory& work);
/// The splits that are not among them, ascending.
std::vector<int64_t> SplitsWithout(const std::vector<int64_t>& committed,
                                   const JobPlan& plan);
/// How many of them are splits.
int64_t CountSplits(const std::vector<int64_t>& committed, const JobPlan& plan);

struct Manifest {
  std::string path, text;
};
/// The manifest that stands for a task; nullopt: none. done/ before sealed/: a manifest
/// moves only that way, so it is missed in neither.
Result<std::optional<Manifest>> FindManifest(FileSystem& fs, const WorkDirectory& work,
                                             int64_t task);

/// The manifests of all splits in `directory`, done/ or sealed/, by split. NotFound: one
/// is not there. Corruption: one is damaged, or of another split.
Result<std::vector<TaskCommit>> ReadTasks(FileSystem& fs, const JobPlan& plan,
                                          const std::string& directory);
/// The manifest of merge `task` in `directory`; errors as ReadTasks.
Result<MergeCommit> ReadMerge(FileSystem& fs, int64_t task, const std::string& directory);

}  // namespace howdah
