#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "commit/ledger.h"
#include "commit/paths.h"
#include "commit/publish_mode.h"
#include "commit/work_directory.h"
#include "storage/file_system.h"

namespace howdah {

/// What stands at D.
struct DatasetView {
  /// The dataset's ledger, when it has one.
  std::optional<Ledger> ledger;
  /// What lies there without a ledger, hidden names included (they too keep a rename from
  /// replacing the directory); empty when D is absent or empty.
  std::vector<std::string> foreign;

  /// It was begun by mode append: its marker is there.
  bool is_append_root = false;

  bool IsFree() const { return !ledger && foreign.empty(); }
  /// The ledger says that exactly this generation was published.
  bool IsResultOf(const WorkDirectory& work) const;
  /// "job 'x' (generation 1, published 2026-…)", "'a', 'b' … (3 more), without a ledger",
  /// "nothing".
  std::string Describe() const;
};

/// AlreadyExists: D is a file, a symlink or a mount point.
Result<DatasetView> LookAtDataset(FileSystem& fs, const std::string& dataset);

/// Where the tree of a job becomes visible: D, or a run partition of it.
std::string TargetOf(const DatasetPaths& paths, PublishMode mode,
                     const std::string& job_id);
/// What stands there. AlreadyExists: as LookAtDataset; mode append: D is no dataset that
/// began so.
Result<DatasetView> LookAtTarget(FileSystem& fs, const DatasetPaths& paths,
                                 PublishMode mode, const std::string& job_id);

/// What D is, to jobs of mode append.
enum class AppendRoot { kAbsent /**< or empty */, kThere };
/// AlreadyExists: it is something else (says what).
Result<AppendRoot> LookAtAppendRoot(FileSystem& fs, const std::string& dataset);

}  // namespace howdah
