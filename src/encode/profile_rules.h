#pragma once

#include <string>
#include <vector>

#include "encode/encoder.h"

namespace howdah {

/// The rule for names of columns, which all formats and profiles share: [a-z_][a-z0-9_]*,
/// at most 128 bytes, none twice, not by case either.
void CheckColumnNames(const std::vector<std::string>& names,
                      std::vector<ProfileFinding>* findings);

}  // namespace howdah
