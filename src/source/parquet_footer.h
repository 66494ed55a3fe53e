#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "base/status.h"

namespace arrow {
class Schema;
}
namespace parquet {
class FileMetaData;
}

namespace howdah {

/// Run `body`; what the Parquet library throws inside comes back as a status.
Status CatchParquet(const std::function<Status()>& body);

/// Read and check a Parquet file's footer: it is whole and not encrypted, and its row
/// counts agree with each other. Corruption, Unsupported: one sentence that names the
/// file.
Result<std::shared_ptr<parquet::FileMetaData>> ReadParquetFooter(ByteSource& file);

/// The Arrow schema of a Parquet file: the one that its writer stored, where there is
/// one. SchemaMismatch: two columns of one name. Corruption: a schema that cannot be.
Result<std::shared_ptr<arrow::Schema>> ParquetArrowSchema(
    const ByteSource& file, const parquet::FileMetaData& footer);

/// The leaf columns that make up the top-level `columns`, ascending. Unknown names are
/// skipped.
std::vector<int> ParquetLeaves(const parquet::FileMetaData& footer,
                               std::span<const std::string> columns);

}  // namespace howdah
