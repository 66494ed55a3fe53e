#include "commit/dataset_view.h"

#include <fmt/format.h>

#include "base/environment.h"
#include "base/text.h"
#include "commit/paths.h"

namespace howdah {

bool DatasetView::IsResultOf(const WorkDirectory& work) const {
  return ledger && ledger->job_id == work.job_id && ledger->generation == work.generation;
}

std::string DatasetView::Describe() const {
  if (ledger) {
    return fmt::format("job '{}' (generation {}, published {})", ledger->job_id,
                       ledger->generation, FormatTimestamp(ledger->published_us));
  }
  if (foreign.empty()) return "nothing";
  return QuotedList(foreign, 3) + ", without a ledger";
}

Result<DatasetView> LookAtDataset(FileSystem& fs, const std::string& dataset) {
  DatasetView view;
  const Result<FileInfo> info = fs.Stat(dataset);
  if (Is(info.status(), ErrorKind::kNotFound)) return view;
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

  HOWDAH_ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, fs.List(dataset));
  if (entries.empty()) return view;
  Result<Ledger> ledger = ReadLedger(fs, dataset);
  if (ledger.ok()) {
    view.ledger = *std::move(ledger);
  } else if (Is(ledger.status(), ErrorKind::kNotFound)) {
    for (const FileInfo& entry : entries) view.foreign.emplace_back(entry.name());
  } else {
    return ledger.status();
  }
  return view;
}

}  // namespace howdah
