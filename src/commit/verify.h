#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "commit/ledger.h"
#include "storage/file_system.h"

namespace howdah {

enum class Defect {
  kMissing,   ///< a file that the ledger lists is not there
  kLength,    ///< its length differs
  kChecksum,  ///< its bytes differ
  kRows,      ///< its own footer, or the sums, say other rows than the ledger
  kValues,  ///< its rows, read again, are not those that were written, or not the input's
  kForeign,  ///< a visible file that no ledger lists
};

struct Finding {
  Defect defect;
  std::string path;    ///< relative to the dataset
  std::string detail;  ///< expected and got
};

/// Level 0: every file of the ledger is there with its exact length; no visible file
/// (hidden names as Hive hides them) that the ledger does not list. Walks subdirectories.
Result<std::vector<Finding>> VerifyListing(FileSystem& fs, const std::string& dataset,
                                           const Ledger& ledger);
/// Level 2: the storage's own checksum of every file equals the ledger's CRC-32C. Files
/// that are missing or of another length are passed over: level 0 has them.
Result<std::vector<Finding>> VerifyChecksums(FileSystem& fs, const std::string& dataset,
                                             const Ledger& ledger);

/// Findings about one manifest, without a file: the rows that the plan wants of `split` =
/// input rows read = written + quarantined; file rows sum to rows written.
std::vector<Finding> VerifyTask(const Split& split, const TaskCommit& task);

/// Findings about a merge of `sources`, without a file: the same rows, by number and
/// hash, in the same partition.
std::vector<Finding> VerifyMerge(const std::vector<const FileRecord*>& sources,
                                 const MergeCommit& merge);

/// Findings about the ledger itself, without a file: every split of its plan there
/// exactly once, VerifyTask for each, no path twice; each merge of files that are there,
/// none of them merged twice, VerifyMerge for each.
std::vector<Finding> VerifyLedger(const Ledger& ledger);

}  // namespace howdah
