#pragma once

#include <vector>

#include "encode/encoder.h"

namespace parquet {
class FileMetaData;
}

namespace howdah {

/// Sizes and null counts of the leaf columns, summed over row groups. Throws
/// ParquetException on a footer that lacks them.
std::vector<ColumnStats> AccountColumns(const parquet::FileMetaData& footer);

/// A Parquet file's own account of itself; see Format::ReadBack.
Result<ReadBackFile> ReadBackParquet(ByteSource& file);

}  // namespace howdah
