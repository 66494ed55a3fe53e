#pragma once

#include <vector>

#include "encode/encoder.h"

namespace howdah {

/// Format::Lint of Parquet: the footer, and the header of each column chunk's first page.
Result<std::vector<ProfileFinding>> LintParquet(ByteSource& file, Profile profile);

}  // namespace howdah
