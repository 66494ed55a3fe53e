#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "commit/paths.h"

namespace howdah {

/// The names inside W, the directory of one generation of one job
/// (docs/landing-protocol.md, "Names"). Strings only: nothing is looked at.
struct WorkDirectory {
  std::string path;
  std::string job_id;
  int64_t generation = 1;

  static WorkDirectory Of(const DatasetPaths& paths, const std::string& job_id,
                          int64_t generation);
  /// The inverse for an entry of H/jobs; nullopt for a name that no job has.
  static std::optional<WorkDirectory> Parse(const DatasetPaths& paths,
                                            std::string_view entry);

  std::string plan() const;
  std::string tmp() const;         ///< control files before they get their name
  std::string attempts() const;    ///< att/
  std::string done() const;        ///< manifests while the job runs
  std::string sealed() const;      ///< done/ after the seal
  std::string data() const;        ///< the tree that becomes the dataset
  std::string quarantine() const;  ///< quarantined rows, until they are published
  std::string withdrawn() const;   ///< data/ after a withdrawal
  std::string fin() const;

  std::string attempt(int64_t split, const std::string& attempt_id) const;
  /// An attempt's own directory in quarantine/.
  std::string quarantine(int64_t split, const std::string& attempt_id) const;
  /// "part-00042-0-<16 hex>.parquet"; the hex digits are a digest of W's name, so that
  /// files of two jobs or generations never share a name.
  std::string DataFileName(int64_t split, int64_t n, const std::string& extension) const;
  /// ".howdah-quarantine/nightly/part-00042-0-<16 hex>.quarantine", below the dataset. No
  /// extension of a data format: globs of other tools see hidden names too.
  std::string QuarantinePath(int64_t split, int64_t n) const;
  /// "job 'nightly' (generation 2)", for messages.
  std::string Describe() const;
};

/// "00042.json": a split's manifest in done/ and sealed/.
std::string ManifestName(int64_t split);
/// The inverse; nullopt for other names.
std::optional<int64_t> ParseManifestName(std::string_view name);

/// 16 lower-case hex digits: what an attempt's id must be.
bool IsAttemptId(std::string_view text);

}  // namespace howdah
