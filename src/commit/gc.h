#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/status.h"
#include "commit/paths.h"
#include "storage/file_system.h"

namespace howdah {

struct GcOptions {
  /// A generation whose FIN is older loses its history; a dataset that was replaced
  /// before can no longer be rolled back to; a set-up that nobody has touched for longer
  /// is removed. Processes that were paused for less are stopped by the names that are
  /// kept.
  int64_t older_than_us = int64_t{7} * 24 * 3600 * 1'000'000;
  /// An unfinished job in which nothing has changed for longer is withdrawn; never by
  /// default, because its finished splits are kept for the next run.
  std::optional<int64_t> unfinished_older_than_us;
  /// False: only say what would be done.
  bool remove = false;
};

enum class GcKind {
  kHistory,     ///< a generation that is over
  kSetUp,       ///< what a process left that died while it set up, or collected
  kUnfinished,  ///< a job that can be resumed, or published by `howdah recover`
  kReplaced,    ///< what was the dataset before mode overwrite or a rollback
  kUnknown,     ///< not Howdah's, or of another version: never touched
};

/// "history", "set-up", "unfinished job", "replaced dataset", "unknown".
std::string_view Name(GcKind kind);

struct GcItem {
  std::string path;
  GcKind kind = GcKind::kUnknown;
  /// Since FIN, or since it was replaced; else since the last change of anything in it.
  int64_t age_us = 0;
  int64_t bytes = 0;  ///< of the files in it
  /// It is past its time: it was removed (an unfinished job: withdrawn), or would be.
  bool due = false;
  bool removed = false;
  std::string kept;  ///< why it stays; "" if removed, or if it would be
};

struct GcReport {
  std::vector<GcItem> items;
};

/// Find, and with GcOptions::remove remove, what nobody needs any more in the staging
/// directory of one dataset. Safe beside drivers, Recover and itself, on any host, and
/// may die anywhere: the same call goes on. The dataset is never touched.
///
/// What cannot be looked at or removed is in the report, with the reason. Errors: the
/// staging directory itself cannot be listed.
Result<GcReport> CollectGarbage(FileSystem& fs, Environment& environment,
                                const DatasetPaths& paths, const GcOptions& options);

}  // namespace howdah
