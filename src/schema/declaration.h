#pragma once

#include <string>

#include "base/status.h"
#include "schema/landing_plan.h"

namespace howdah {

/// What lands, as the text of an .avsc file: see Landing::Declaration.
Result<std::string> DeclarationOf(const LandingPlan& plan);

}  // namespace howdah
