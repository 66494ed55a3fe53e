#pragma once

#include <stop_token>

#include "commit/job.h"
#include "pipeline/prepare.h"
#include "pipeline/score.h"

namespace howdah {

/// The last step before a job is published, where 'output.merge_small_files' asks for it:
/// its own small files become fewer (Job::MissingMerges), as if one attempt had written
/// their rows one after the other. Several at a time, within 'output.memory'. Each
/// source's rows are compared with what was written. All splits must be committed.
/// \param counters  gets the number of files that will land, and the peak of memory.
///   ResourceExhausted: more than 'checks.max_files' would land; nothing is merged.
///   Corruption: a file of the job does not read back as it was written.
///   CommitConflict: another driver has published or withdrawn the job meanwhile.
///   Cancelled: `stop` was requested; what is merged stays merged.
Status MergeSmallFiles(const PreparedJob& prepared, Job& job, const std::stop_token& stop,
                       ScoreCounters* counters);

}  // namespace howdah
