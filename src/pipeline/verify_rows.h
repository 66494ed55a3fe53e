#pragma once

#include <string>
#include <vector>

#include "commit/ledger.h"
#include "commit/verify.h"
#include "storage/file_system.h"

namespace howdah {

/// Whether `path` is a file of the ledger's length: what level 0 says nothing of.
Result<bool> IsThereWhole(FileSystem& fs, const std::string& path,
                          const FileRecord& record);

/// Whether the ledger says which keys the input had: some column was kept.
bool HasKeyHashes(const Ledger& ledger);

/// Level 3: read every row again. Its file's rows must be those that were encoded, and
/// the keys of each split (all kept columns, also those in directories' names), or of the
/// splits whose files were merged, those of its input, each as often. Files that are
/// missing are passed over: level 0 has them. Needs the memory of one batch.
Result<std::vector<Finding>> VerifyRows(FileSystem& fs, const std::string& dataset,
                                        const Ledger& ledger);

}  // namespace howdah
