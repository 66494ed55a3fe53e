#pragma once

#include <stop_token>

#include "commit/job.h"
#include "pipeline/prepare.h"

namespace howdah {

/// The last step before a job is published, where 'output.merge_small_files' asks for it:
/// its own small files become fewer (Job::MissingMerges), as if one attempt had written
/// their rows one after the other. Several at a time, within 'output.memory'. Each
/// source's rows are compared with what was written. All splits must be committed.
///   Corruption: a file of the job does not read back as it was written.
///   Cancelled: `stop` was requested; what is merged stays merged.
Status MergeSmallFiles(const PreparedJob& prepared, Job& job,
                       const std::stop_token& stop);

}  // namespace howdah
