#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "source/source.h"

namespace howdah {

/// The next rows of a byte range, with the columns of the split's schema; nullptr: there
/// are none left. Errors name the file.
using NextRows = std::function<Result<std::shared_ptr<arrow::RecordBatch>>()>;
/// Get ready to read a byte range of `file`, which the result keeps open.
using OpenRange = std::function<Result<NextRows>(std::shared_ptr<ByteSource> file,
                                                 int64_t first_byte, int64_t end_byte)>;

/// Read the byte ranges of `split`, one after the other. Corruption: a range does not
/// hold the rows that the plan counted.
std::unique_ptr<ChunkReader> MakeRangeChunkReader(
    const Split& split, std::vector<std::shared_ptr<ByteSource>> files, OpenRange open);

/// Whether `file` has the planned bytes. Corruption: it has changed since.
Status CheckRange(const ByteSource& file, int64_t first_byte, int64_t end_byte);

}  // namespace howdah
