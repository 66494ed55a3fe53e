#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/status.h"
#include "commit/ledger.h"
#include "commit/paths.h"
#include "storage/file_system.h"

namespace howdah {

/// One change of what readers see by mode overwrite or rollback, for `inspect`.
struct SwapRecord {
  int64_t slot = 1;
  bool rollback = false, published = false;
  std::string to;    ///< job id
  std::string from;  ///< the same; "": the dataset was absent
  int64_t finished_us = 0;
};

/// A dataset that was replaced and is still there.
struct KeptDataset {
  std::string path;
  Ledger ledger;
  int64_t slot = 0;  ///< that replaced it
};

/// All swaps that have ended, oldest first.
Result<std::vector<SwapRecord>> ListHistory(FileSystem& fs, const DatasetPaths& paths);

/// What can be rolled back to, the latest first.
Result<std::vector<KeptDataset>> ListKept(FileSystem& fs, const DatasetPaths& paths);

/// Make what job `job_id` had landed the dataset again; what is seen now is kept in its
/// stead. Swaps that others began are finished first. Safe twice, and from any host: a
/// dataset that shows the job already stays.
/// \return the ledger of the dataset.
///   NotFound: nothing of that job is kept (names those that are). CommitStateUnknown: it
///   has begun and is not finished (names `howdah recover`).
Result<Ledger> Rollback(FileSystem& fs, Environment& environment,
                        const DatasetPaths& paths, const std::string& job_id);

}  // namespace howdah
