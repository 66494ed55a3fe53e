#pragma once

#include <cstdint>

#include "base/status.h"
#include "commit/work_directory.h"
#include "storage/file_system.h"

// A generation whose history was removed leaves one name, H/retired/<J>.<g>, an empty
// directory: its number is not given again. Otherwise a process that was paused since
// before the removal could act on another generation that bears the same names, and
// publish it half done.

namespace howdah {

/// Leave the name of `work`, and drop those of the job's earlier generations, which it
/// covers.
Status Retire(FileSystem& fs, const WorkDirectory& work, const DatasetPaths& paths);

/// The highest generation of the job that was retired; 0: none.
Result<int64_t> LastRetired(FileSystem& fs, const DatasetPaths& paths,
                            const std::string& job_id);

}  // namespace howdah
