#include "commit/dataset_view.h"

#include <fmt/format.h>

#include "base/environment.h"
#include "base/text.h"
#include "commit/paths.h"

namespace howdah {
namespace {

/// nullopt: it was moved away meanwhile.
Result<std::optional<DatasetView>> LookOnce(FileSystem& fs, const std::string& dataset) {
  DatasetView view;
  const Result<FileInfo> info = fs.Stat(dataset);
  if (Is(info.status(), ErrorKind::kNotFound)) return std::optional(view);
  HOWDAH_RETURN_IF_ERROR(info.status());

  const char* obstacle = nullptr;
  if (info->is_symlink) {
    obstacle = "a symbolic link";
  } else if (info->type == FileType::kFile) {
    obstacle = "a file";
  } else if (info->type != FileType::kDirectory) {
    obstacle = "neither a file nor a directory";
  } else if (info->is_mount_point) {
    obstacle = "a mount point";
  }
  if (obstacle != nullptr) {
    return Error(
        ErrorKind::kAlreadyExists,
        "the output '{}' is {}, which a dataset cannot replace in one step: choose "
        "a path that does not exist",
        dataset, obstacle);
  }

  const Result<std::vector<FileInfo>> entries = fs.List(dataset);
  if (Is(entries.status(), ErrorKind::kNotFound)) return std::optional<DatasetView>();
  HOWDAH_RETURN_IF_ERROR(entries.status());
  bool has_ledger = false;
  for (const FileInfo& entry : *entries) {
    view.foreign.emplace_back(entry.name());
    view.is_append_root = view.is_append_root || entry.name() == kAppendMarker;
    has_ledger = has_ledger || entry.name() == kLedgerName;
  }
  if (!has_ledger) return std::optional(std::move(view));
  Result<Ledger> ledger = ReadLedger(fs, dataset);
  if (Is(ledger.status(), ErrorKind::kNotFound)) return std::optional<DatasetView>();
  HOWDAH_RETURN_IF_ERROR(ledger.status());
  view.foreign.clear();
  view.ledger = *std::move(ledger);
  return std::optional(std::move(view));
}

}  // namespace

bool DatasetView::IsResultOf(const WorkDirectory& work) const {
  return ledger && ledger->job_id == work.job_id && ledger->generation == work.generation;
}

std::string DatasetView::Describe() const {
  if (ledger) {
    return fmt::format("job '{}' (generation {}, published {})", ledger->job_id,
                       ledger->generation, FormatTimestamp(ledger->published_us));
  }
  if (is_append_root) return "runs of mode append";
  if (foreign.empty()) return "nothing";
  return QuotedList(foreign, 3) + ", without a ledger";
}

Result<DatasetView> LookAtDataset(FileSystem& fs, const std::string& dataset) {
  // A dataset that is moved away between two calls is looked at again.
  constexpr int kLooks = 5;
  Result<std::optional<DatasetView>> view = std::optional<DatasetView>();
  for (int look = 0; look < kLooks && view.ok() && !*view; ++look) {
    view = LookOnce(fs, dataset);
  }
  HOWDAH_RETURN_IF_ERROR(view.status());
  if (*view) return **std::move(view);
  return Error(ErrorKind::kTransient,
               "'{}' is replaced again and again while it is looked at; the same command "
               "goes on from here",
               dataset);
}

std::string TargetOf(const DatasetPaths& paths, PublishMode mode,
                     const std::string& job_id) {
  return mode == PublishMode::kAppend ? paths.run_partition(job_id) : paths.dataset;
}

Result<DatasetView> LookAtTarget(FileSystem& fs, const DatasetPaths& paths,
                                 PublishMode mode, const std::string& job_id) {
  if (mode == PublishMode::kAppend) {
    HOWDAH_RETURN_IF_ERROR(LookAtAppendRoot(fs, paths.dataset).status());
  }
  return LookAtDataset(fs, TargetOf(paths, mode, job_id));
}

Result<AppendRoot> LookAtAppendRoot(FileSystem& fs, const std::string& dataset) {
  HOWDAH_ASSIGN_OR_RETURN(const DatasetView view, LookAtDataset(fs, dataset));
  if (view.is_append_root) return AppendRoot::kThere;
  if (view.IsFree()) return AppendRoot::kAbsent;
  return Error(ErrorKind::kAlreadyExists,
               "'{}' was not begun by mode append (it holds {}): readers would lose "
               "sight of what is there beside directories {}=…; choose another output",
               dataset, view.Describe(), kRunColumn);
}

}  // namespace howdah
