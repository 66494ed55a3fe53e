#pragma once

#include <string>

#include "base/status.h"
#include "commit/generation.h"
#include "commit/ledger.h"

namespace howdah {

/// States 4–7 of one generation: Job::Publish and Recover share it. \param run  as
/// Ledger::run.
/// \return the ledger in the dataset: ours, or that of the driver that was first. Errors
/// as
///   Job::Publish; any other kind: the publishing did not take place and may be tried
///   again.
Result<Ledger> PublishGeneration(const LandingContext& landing, const JobPlan& plan,
                                 const std::string& run);

/// CommitConflict if the generation has been published or withdrawn by somebody else,
/// which is then why `status` came about; else `status`.
Status ExplainFailure(const LandingContext& landing, const Status& status);

}  // namespace howdah
