#pragma once

#include <optional>

#include "commit/generation.h"
#include "commit/job.h"

namespace howdah {

/// What LookAtJob finds, with what Open needs to act on it.
struct JobSurvey {
  JobStatus status;
  /// kResume: the plan in force.
  std::optional<JobPlan> frozen;
  /// The highest generation that is there, and how far it is.
  std::optional<WorkDirectory> last;
  GenerationState last_state;
  /// `last` must be withdrawn before the next generation can begin.
  bool withdraw_last = false;
  /// A swap to `last` has begun and is not finished.
  bool being_swapped_in = false;
};

Result<JobSurvey> SurveyJob(FileSystem& fs, const DatasetPaths& paths,
                            const JobPlan& plan, Restart restart);

}  // namespace howdah
