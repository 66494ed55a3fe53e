#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "commit/ledger.h"
#include "commit/verify.h"
#include "storage/file_system.h"

namespace howdah {

/// What one job has landed.
struct LandedRun {
  /// Below the dataset: "run_id=…" where it was begun by mode append, else "".
  std::string directory;
  Ledger ledger;
};

/// A dataset as its ledgers tell it.
struct LandedDataset {
  bool is_append = false;       ///< begun by mode append
  std::vector<LandedRun> runs;  ///< by directory; exactly one unless is_append

  int64_t rows() const;
  int64_t files() const;
  int64_t bytes() const;
};

/// NotFound: `dataset` is none (names what was looked for).
Result<LandedDataset> ReadDataset(FileSystem& fs, const std::string& dataset);

/// One run of a dataset of mode append, so that others can be compared with it; nullopt:
/// `dataset` is none of that mode, or has no run.
Result<std::optional<Ledger>> ReadSomeRun(FileSystem& fs, const std::string& dataset);

/// Level 0 beside the runs of a dataset of mode append: visible files that belong to
/// none.
Result<std::vector<Finding>> VerifyRoot(FileSystem& fs, const std::string& dataset,
                                        const LandedDataset& landed);

}  // namespace howdah
