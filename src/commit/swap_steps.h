#pragma once

#include <optional>

#include "base/status.h"
#include "commit/generation.h"
#include "commit/swap_log.h"

namespace howdah {

/// Carry out what was decided on and is not finished, by whomever. Any error but
/// CommitStateUnknown: nothing was begun here. CommitStateUnknown: a swap is not finished
/// (names `howdah recover`).
Status FinishSwaps(FileSystem& fs, Environment& environment, const DatasetPaths& paths);

/// Is a swap to this generation decided on and not finished?
Result<bool> IsBeingSwappedIn(FileSystem& fs, const DatasetPaths& paths,
                              const JobGeneration& job);

/// True if a swap, perhaps undone since, has shown a dataset of this job.
Result<bool> WasSwappedIn(FileSystem& fs, const DatasetPaths& paths,
                          const std::string& job_id);

/// Publish the assembled W/data of a job of mode overwrite. Other swaps are finished
/// first. Afterwards LookAtGeneration tells whether it was published or withdrawn.
/// AlreadyExists: what stands at D is not to be overwritten (says what); nothing changed.
/// CommitStateUnknown: as FinishSwaps.
Status SwapIn(const LandingContext& landing);

}  // namespace howdah
