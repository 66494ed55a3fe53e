#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace howdah {

/// Where a dataset and its jobs live (docs/landing-protocol.md, "Names").
///
///   D = dataset            what readers see
///   H = staging            hidden sibling P/.N.howdah of D = P/N; or, in a directory
///   that was
///                          given, its subdirectory .N-<16 hex of D's path>.howdah, so
///                          that datasets that share the directory do not share their
///                          jobs
///   W = H/jobs/<J>.<g>     one generation of one job: plan.json tmp/ att/ done/ sealed/
///   data/ FIN
struct DatasetPaths {
  std::string dataset;
  std::string staging;

  /// \param dataset  absolute path. \param staging  absolute path of the directory to
  /// hold H, or
  ///   "" for the sibling. A trailing '/' is dropped from both.
  /// InvalidInput: not absolute; an empty, "." or ".." component; D is the root; H would
  /// lie
  ///   inside D.
  static Result<DatasetPaths> For(const std::string& dataset, const std::string& staging);

  std::string tmp() const;      ///< H/tmp: generations being set up
  std::string jobs() const;     ///< H/jobs
  std::string retired() const;  ///< H/retired: numbers of generations that were removed
  std::string log() const;      ///< H/log: who took whose place
  std::string swaps() const;    ///< H/swaps: what was replaced, and what is about to be
  /// D/run_id=<J>: where a job of mode append lands.
  std::string run_partition(const std::string& job_id) const;
  std::string work(const std::string& job_id, int64_t generation) const;  ///< W
};

/// The column whose values tell the jobs of an append dataset apart.
inline constexpr char kRunColumn[] = "run_id";
/// D/.howdah-append: the dataset is made of run partitions, and never of files.
inline constexpr char kAppendMarker[] = ".howdah-append";
inline constexpr char kLedgerName[] = ".howdah-ledger";
inline constexpr char kSuccessName[] = "_SUCCESS";
inline constexpr char kQuarantineName[] = ".howdah-quarantine";

/// True for a path below kQuarantineName.
bool IsQuarantinePath(std::string_view path);

/// True for "a", "a/b.parquet": not empty, not absolute, no empty, "." or ".." component,
/// no NUL. What a path from a control file must be before it is joined to anything.
bool IsPlainRelativePath(std::string_view path);

}  // namespace howdah
