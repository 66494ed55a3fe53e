#pragma once

#include <memory>
#include <vector>

#include "source/source.h"

namespace howdah {

/// Decode the row groups of `split`, one after the other, in chunks of about 8 MiB. Files
/// are opened when they are reached and closed when they are done; a column chunk is read
/// through a buffer of at most 1 MiB, and page checksums are verified.
///
/// SchemaMismatch: a column is missing, or of another type than options.schema says.
/// Corruption: rows differ from the split's; bytes that do not decode (names file and row
/// group).
std::unique_ptr<ChunkReader> MakeParquetChunkReader(
    const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
    const SplitReadOptions& options);

}  // namespace howdah
