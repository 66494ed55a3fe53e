#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "source/source.h"

namespace howdah {

/// Cut the units of `files` (in order) into splits of about `target_bytes` each; small
/// files share a split, a file is cut between its units only. Units without rows are left
/// out; an input without rows gives one split without parts, so that its (empty) output
/// still has a writer.
std::vector<Split> PlanSplits(std::span<const SourceFileInfo> files,
                              int64_t target_bytes);

}  // namespace howdah
