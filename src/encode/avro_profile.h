#pragma once

#include <vector>

#include "encode/encoder.h"

namespace howdah {

/// Format::Lint of Avro: header and schema, and heads and markers of all blocks.
Result<std::vector<ProfileFinding>> LintAvro(ByteSource& file, Profile profile);

}  // namespace howdah
