#pragma once

#include <string>

#include "base/status.h"
#include "pipeline/storages.h"

namespace howdah {

/// How deeply to verify; each level includes those before it.
enum class VerifyLevel {
  kListing =
      0,  ///< every file of the ledger there with its length; no file that is not in it
  kFooters = 1,  ///< rows of every file by its own footer; sums against the source's rows
  kChecksums = 2,  ///< the storage's checksum of every file
  kRows = 3,       ///< every row read again: as encoded, with the keys of the input
};

struct VerifyResult {
  bool damaged = false;  ///< rows or files missing or damaged (exit 5)
  bool foreign = false;  ///< files that no ledger lists (exit 6)
  std::string json;      ///< docs/summary.md
  std::string
      text;  ///< for people; its last line begins with "verified" iff nothing was found
};

/// `howdah verify`. NotFound, InvalidInput: `dataset` is not a dataset of ours.
Result<VerifyResult> VerifyDataset(const Storages& storages, const std::string& dataset,
                                   VerifyLevel level);

}  // namespace howdah
