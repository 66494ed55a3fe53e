#pragma once

#include <vector>

#include "commit/generation.h"
#include "commit/job.h"
#include "commit/ledger.h"
#include "commit/work_directory.h"

namespace howdah {

/// The merges that JobPlan::merge_bytes asks for, once every split has its manifest:
/// neighbours in a directory, in the order of the splits, as long as together they have
/// no more bytes. What it returns depends on nothing but the plan and the manifests, none
/// of which changes any more, so all drivers come to the same.
/// \param tasks  all of the job, by split.
std::vector<Merge> PlanMerges(const WorkDirectory& work, const JobPlan& plan,
                              const std::vector<TaskCommit>& tasks);

/// Of PlanMerges those without a manifest. InvalidInput: a split has none. Other errors
/// are of reading; also where another driver has published meanwhile.
Result<std::vector<Merge>> FindMissingMerges(const LandingContext& landing,
                                             const JobPlan& plan);

/// The manifests in sealed/ of all that PlanMerges says. Corruption: one is missing, or
/// is not of these files.
Result<std::vector<MergeCommit>> ReadSealedMerges(const LandingContext& landing,
                                                  const JobPlan& plan,
                                                  const std::vector<TaskCommit>& tasks);

}  // namespace howdah
