#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "commit/generation.h"
#include "commit/ledger.h"

namespace howdah {

/// State 4: done -> sealed. From then on no manifest can be added.
/// InvalidInput: a split of the plan, or a merge, has no committed task.
Status Seal(const LandingContext& landing, const JobPlan& plan);

/// State 5: move every file of the sealed manifests that lands into data/, then add the
/// ledger and _SUCCESS. May be repeated and may run in several drivers at once: each file
/// is moved by one of them. Checks that the ledger's counts agree with the plan and that
/// data/ holds exactly the ledger's files, with their lengths: nothing else is ever
/// published.
/// \return the ledger in data/: ours, or that of the driver that was first. Any error may
/// also
///   mean that another driver has published or withdrawn meanwhile: look at the dataset
///   and W.
Result<Ledger> Assemble(const LandingContext& landing, const JobPlan& plan,
                        const std::string& run);

}  // namespace howdah
