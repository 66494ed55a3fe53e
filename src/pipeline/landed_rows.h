#pragma once

#include <memory>
#include <string>

#include "base/byte_io.h"
#include "encode/encoder.h"
#include "pipeline/stored_as.h"

namespace howdah {

/// The output format that a data file has by its name; nullptr: none.
const Format* FormatOfDataFile(const std::string& path);

/// Reads a data file of this engine again. `path`: the name with which it lands or did,
/// by which its format is known. Columns have the types that the file says, which may be
/// wider than those that were written, or those of `stored` where files say none.
///   Unsupported: no format reads a file of this name. Corruption: the plan does not say
///   the types, or the file is not whole; then also from RowReader::Next.
Result<std::unique_ptr<RowReader>> ReadLandedRows(std::shared_ptr<ByteSource> file,
                                                  const std::string& path,
                                                  const StoredAs& stored);

}  // namespace howdah
