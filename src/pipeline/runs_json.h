#pragma once

#include <nlohmann/json.hpp>

#include "commit/landed.h"

// Private to the room's .cc files: the JSON library stays inside.

namespace howdah {

/// The field `runs` of docs/summary.md, for datasets of mode append.
nlohmann::ordered_json RunsJson(const LandedDataset& landed);

}  // namespace howdah
