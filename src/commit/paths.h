#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace howdah {

/// Where a dataset and its jobs live (docs/landing-protocol.md, "Names").
///
///   D = dataset            what readers see
///   H = staging            hidden sibling P/.N.howdah of D = P/N, unless given
///   W = H/jobs/<J>.<g>     one generation of one job: plan.json tmp/ att/ done/ sealed/ data/ FIN
struct DatasetPaths {
  std::string dataset;
  std::string staging;

  /// \param dataset  absolute path. \param staging  absolute path, or "" for the sibling.
  /// InvalidInput: D is the root, or staging lies inside D.
  static Result<DatasetPaths> For(const std::string& dataset, const std::string& staging);

  std::string jobs() const;  ///< H/jobs
  std::string work(const std::string& job_id, int64_t generation) const;  ///< W
};

inline constexpr char kLedgerName[] = ".howdah-ledger";
inline constexpr char kSuccessName[] = "_SUCCESS";

}  // namespace howdah
