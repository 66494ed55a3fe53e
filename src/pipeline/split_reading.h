#pragma once

#include <memory>

#include "commit/job.h"
#include "pipeline/prepare.h"
#include "source/source.h"

namespace howdah {

/// Open the files of `split`, one of `plan`'s. InvalidInput: a file is not what it was
/// when the job was planned. Errors as OpenSplit.
Result<std::unique_ptr<SplitReader>> OpenPlannedSplit(const PreparedJob& prepared,
                                                      const JobPlan& plan,
                                                      const Split& split);

}  // namespace howdah
