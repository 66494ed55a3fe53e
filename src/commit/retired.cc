#include "commit/retired.h"

#include <algorithm>
#include <vector>

#include "commit/control_file.h"

namespace howdah {
namespace {

/// H/retired/… of one job.
Result<std::vector<WorkDirectory>> ListRetired(FileSystem& fs, const DatasetPaths& paths,
                                               const std::string& job_id) {
  std::vector<WorkDirectory> retired;
  const Result<std::vector<FileInfo>> entries = fs.List(paths.retired());
  if (Is(entries.status(), ErrorKind::kNotFound)) return retired;
  HOWDAH_RETURN_IF_ERROR(entries.status());
  for (const FileInfo& entry : *entries) {
    auto work = WorkDirectory::Parse(paths, entry.name());
    if (!work || work->job_id != job_id) continue;
    work->path = entry.path;
    retired.push_back(*std::move(work));
  }
  return retired;
}

}  // namespace

Status Retire(FileSystem& fs, const WorkDirectory& work, const DatasetPaths& paths) {
  HOWDAH_RETURN_IF_ERROR(MakeDirectory(fs, paths.retired()));
  const std::string name(BaseName(work.path));
  HOWDAH_RETURN_IF_ERROR(MakeDirectory(fs, JoinPath(paths.retired(), name)));
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<WorkDirectory> retired,
                          ListRetired(fs, paths, work.job_id));
  for (const WorkDirectory& other : retired) {
    if (other.generation >= work.generation) continue;
    static_cast<void>(fs.DeleteDirectory(other.path));  // needless, not harmful
  }
  return Status::OK();
}

Result<int64_t> LastRetired(FileSystem& fs, const DatasetPaths& paths,
                            const std::string& job_id) {
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<WorkDirectory> retired,
                          ListRetired(fs, paths, job_id));
  int64_t last = 0;
  for (const WorkDirectory& work : retired) last = std::max(last, work.generation);
  return last;
}

}  // namespace howdah
