#pragma once

#include <memory>

#include "source/block_reader.h"
#include "source/text_chunks.h"
#include "source/text_options.h"

namespace howdah {

/// Where files with this delimiter can be cut.
CutRecords CsvCut(char delimiter);

/// Read the header of `file` and get ready to convert its records into the columns of
/// `schema`, with Arrow's CSV reader. SchemaMismatch: a column is missing, or a whole
/// number does not fit the double that other files need.
Result<TextFile> OpenCsvDecoder(ByteSource& file, std::shared_ptr<arrow::Schema> schema,
                                const TextSourceOptions& options,
                                arrow::MemoryPool* pool);

}  // namespace howdah
