#pragma once

#include <string>
#include <vector>

#include "commit/ledger.h"
#include "commit/verify.h"
#include "encode/encoder.h"
#include "storage/file_system.h"

namespace howdah {

/// The output format that a data file has by its name; nullptr: none.
const Format* FormatOfDataFile(const std::string& path);

/// Whether `path` is a file of the ledger's length: what level 0 says nothing of.
Result<bool> IsThereWhole(FileSystem& fs, const std::string& path,
                          const FileRecord& record);

/// Whether the ledger says which keys the input had: some column was kept.
bool HasKeyHashes(const Ledger& ledger);

/// Level 3: read every row again. Its file's rows must be those that were encoded, and
/// the keys of each split (all kept columns, also those in directories' names) those of
/// its input, each as often. Files that are missing are passed over: level 0 has them.
/// Needs the memory of one batch.
Result<std::vector<Finding>> VerifyRows(FileSystem& fs, const std::string& dataset,
                                        const Ledger& ledger);

}  // namespace howdah
