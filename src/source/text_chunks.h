#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "source/block_reader.h"
#include "source/source.h"
#include "source/text_options.h"

namespace howdah {

/// The rows of a block, with the columns of the split's schema. Errors name the file.
using DecodeBlock =
    std::function<Result<std::shared_ptr<arrow::RecordBatch>>(const TextBlock&)>;
/// How one file is cut and decoded.
struct TextFile {
  DecodeBlock decode;
  CutRecords cut;
};
/// Get ready to decode `file`, which lives as long as the result.
using OpenTextFile = std::function<Result<TextFile>(ByteSource& file)>;

/// Decode the byte ranges of `split`, one block after the other; those of a gzip file are
/// of what it holds. Corruption: a range does not hold the rows that the plan counted.
std::unique_ptr<ChunkReader> MakeTextChunkReader(
    const Split& split, std::vector<std::shared_ptr<ByteSource>> files, OpenTextFile open,
    const TextSourceOptions& options, arrow::MemoryPool* pool);

}  // namespace howdah
