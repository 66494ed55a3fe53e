#include "commit/landed.h"

#include <algorithm>
#include <limits>

#include "commit/paths.h"

namespace howdah {
namespace {

bool IsRunDirectory(const FileInfo& entry) {
  const std::string prefix = std::string(kRunColumn) + "=";
  return entry.type == FileType::kDirectory && entry.name().starts_with(prefix);
}

template <typename Count>
int64_t Sum(const LandedDataset& landed, Count count) {
  int64_t sum = 0;
  for (const LandedRun& run : landed.runs) sum += count(run.ledger);
  return sum;
}

/// The first `most` runs of a dataset of mode append.
Result<std::vector<LandedRun>> ReadRuns(FileSystem& fs, const std::string& dataset,
                                        size_t most) {
  std::vector<LandedRun> runs;
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, fs.List(dataset));
  for (const FileInfo& entry : entries) {
    if (runs.size() == most) break;
    if (!IsRunDirectory(entry)) continue;
    Result<Ledger> ledger = ReadLedger(fs, entry.path);
    if (Is(ledger.status(), ErrorKind::kNotFound)) continue;
    HOWDAH_RETURN_IF_ERROR(ledger.status());
    runs.push_back({std::string(entry.name()), *std::move(ledger)});
  }
  return runs;
}

/// Visible files at any depth.
Status FindVisible(FileSystem& fs, const FileInfo& entry, const std::string& path,
                   std::vector<Finding>& findings) {
  if (IsHiddenName(entry.name())) return Status::OK();
  if (entry.type != FileType::kDirectory || entry.is_symlink) {
    findings.push_back({Defect::kForeign, path, "is in no ledger"});
    return Status::OK();
  }
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, fs.List(entry.path));
  for (const FileInfo& inner : entries) {
    HOWDAH_RETURN_IF_ERROR(
        FindVisible(fs, inner, JoinPath(path, inner.name()), findings));
  }
  return Status::OK();
}

}  // namespace

int64_t LandedDataset::rows() const {
  return Sum(*this, [](const Ledger& ledger) { return ledger.rows_written(); });
}

int64_t LandedDataset::files() const {
  return Sum(*this, [](const Ledger& ledger) { return ledger.files(); });
}

int64_t LandedDataset::bytes() const {
  return Sum(*this, [](const Ledger& ledger) { return ledger.bytes(); });
}

Result<LandedDataset> ReadDataset(FileSystem& fs, const std::string& dataset) {
  LandedDataset landed;
  HOWDAH_ASSIGN_OR_RETURN(landed.is_append, Exists(fs, JoinPath(dataset, kAppendMarker)));
  if (landed.is_append) {
    HOWDAH_ASSIGN_OR_RETURN(landed.runs,
                            ReadRuns(fs, dataset, std::numeric_limits<size_t>::max()));
  } else {
    HOWDAH_ASSIGN_OR_RETURN(Ledger ledger, ReadLedger(fs, dataset));
    landed.runs.push_back({"", std::move(ledger)});
  }
  return landed;
}

Result<std::optional<Ledger>> ReadSomeRun(FileSystem& fs, const std::string& dataset) {
  HOWDAH_ASSIGN_OR_RETURN(const bool is_append,
                          Exists(fs, JoinPath(dataset, kAppendMarker)));
  if (!is_append) return std::optional<Ledger>();
  HOWDAH_ASSIGN_OR_RETURN(std::vector<LandedRun> runs, ReadRuns(fs, dataset, 1));
  if (runs.empty()) return std::optional<Ledger>();
  return std::optional(std::move(runs.front().ledger));
}

Result<std::vector<Finding>> VerifyRoot(FileSystem& fs, const std::string& dataset,
                                        const LandedDataset& landed) {
  std::vector<Finding> findings;
  if (!landed.is_append) return findings;
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, fs.List(dataset));
  for (const FileInfo& entry : entries) {
    const std::string name(entry.name());
    const bool is_run =
        std::any_of(landed.runs.begin(), landed.runs.end(),
                    [&](const LandedRun& run) { return run.directory == name; });
    if (!is_run) HOWDAH_RETURN_IF_ERROR(FindVisible(fs, entry, name, findings));
  }
  return findings;
}

}  // namespace howdah
