#pragma once

#include <cstdint>
#include <memory>

#include "source/source.h"

namespace howdah {

/// Cut `chunks` into batches of exactly `batch_rows` rows (> 0). A batch that lies inside
/// one chunk shares its memory; only a batch that spans chunks is copied, into memory of
/// `pool`.
std::unique_ptr<SplitReader> MakeRebatcher(std::unique_ptr<ChunkReader> chunks,
                                           int64_t batch_rows, arrow::MemoryPool* pool);

}  // namespace howdah
