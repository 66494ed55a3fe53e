#pragma once

#include <memory>
#include <vector>

#include "source/source.h"

namespace howdah {

/// Decode the record batches of `split`, each checked in full (offsets, indices of
/// dictionaries, UTF-8) before anyone touches it. One of them is in memory at a time; it
/// is given in slices of at most 2^20 rows.
std::unique_ptr<ChunkReader> MakeArrowChunkReader(
    const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
    const SplitReadOptions& options);

}  // namespace howdah
