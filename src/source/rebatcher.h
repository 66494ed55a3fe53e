#pragma once

#include <cstdint>
#include <memory>

#include "source/source.h"

namespace howdah {

/// Rows of one split in pieces of whatever size is cheap to decode. Thread-confined.
class ChunkReader {
 public:
  virtual ~ChunkReader() = default;
  /// The next rows in input order, at least one; rows == nullptr at the end. All chunks
  /// have one schema.
  virtual Result<SourceBatch> NextChunk() = 0;
};

/// Cut `chunks` into batches of exactly `batch_rows` rows (> 0). A batch that lies inside
/// one chunk shares its memory; only a batch that spans chunks is copied, into memory of
/// `pool`.
std::unique_ptr<SplitReader> MakeRebatcher(std::unique_ptr<ChunkReader> chunks,
                                           int64_t batch_rows, arrow::MemoryPool* pool);

}  // namespace howdah
