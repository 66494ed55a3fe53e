#include "commit/verify.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace howdah {
namespace {

/// Joins where `directory` may be "" for the dataset itself.
std::string JoinRelative(const std::string& directory, std::string_view name) {
  return directory.empty() ? std::string(name) : JoinPath(directory, name);
}

std::map<std::string, const FileRecord*> FilesByPath(const Ledger& ledger) {
  std::map<std::string, const FileRecord*> files;
  for (const FileRecord* file : ledger.AllFiles()) files.emplace(file->path, file);
  return files;
}

/// All directories that hold a file of the ledger, at any depth.
template <typename Files>
std::set<std::string> DirectoriesOf(const Files& files) {
  std::set<std::string> directories;
  for (const auto& [path, file] : files) {
    for (size_t slash = path.find('/'); slash != path.npos;
         slash = path.find('/', slash + 1)) {
      directories.insert(path.substr(0, slash));
    }
  }
  return directories;
}

Finding RowsFinding(int64_t split, std::string detail) {
  return {Defect::kRows, "", fmt::format("split {}: {}", split, detail)};
}

}  // namespace

Result<std::vector<Finding>> VerifyListing(FileSystem& fs, const std::string& dataset,
                                           const Ledger& ledger) {
  std::vector<Finding> findings;
  auto missing = FilesByPath(ledger);
  const std::set<std::string> directories = DirectoriesOf(missing);
  std::vector<std::string> to_list = {""};
  while (!to_list.empty()) {
    const std::string directory = std::move(to_list.back());
    to_list.pop_back();
    HOWDAH_ASSIGN_OR_RETURN(
        const std::vector<FileInfo> entries,
        fs.List(directory.empty() ? dataset : JoinPath(dataset, directory)));
    for (const FileInfo& entry : entries) {
      const std::string path = JoinRelative(directory, entry.name());
      const auto listed = missing.find(path);
      if (entry.type == FileType::kFile && listed != missing.end()) {
        const int64_t expected = listed->second->bytes;
        missing.erase(listed);
        if (entry.size != expected) {
          findings.push_back(
              {Defect::kLength, path,
               fmt::format("has {} bytes, the ledger says {}", entry.size, expected)});
        }
        continue;
      }
      const bool hidden = IsHiddenName(entry.name());
      if (entry.type == FileType::kDirectory && !entry.is_symlink) {
        // A partition directory may be hidden by its column's name and still be ours.
        if (!hidden || directories.contains(path)) to_list.push_back(path);
      } else if (!hidden) {
        findings.push_back({Defect::kForeign, path, "is not in the ledger"});
      }
    }
  }
  for (const auto& [path, file] : missing) {
    findings.push_back(
        {Defect::kMissing, path,
         fmt::format("is not there, the ledger says {} bytes", file->bytes)});
  }
  return findings;
}

Result<std::vector<Finding>> VerifyChecksums(FileSystem& fs, const std::string& dataset,
                                             const Ledger& ledger) {
  std::vector<Finding> findings;
  for (const auto& [path, file] : FilesByPath(ledger)) {
    const std::string place = JoinPath(dataset, path);
    const Result<FileInfo> info = fs.Stat(place);
    if (Is(info.status(), ErrorKind::kNotFound)) continue;
    HOWDAH_RETURN_IF_ERROR(info.status());
    if (info->type != FileType::kFile || info->size != file->bytes) continue;
    HOWDAH_ASSIGN_OR_RETURN(const uint32_t crc32c, fs.Checksum(place));
    if (crc32c == file->crc32c) continue;
    findings.push_back({Defect::kChecksum, path,
                        fmt::format("has CRC-32C {:08x}, the ledger says {:08x}", crc32c,
                                    file->crc32c)});
  }
  return findings;
}

std::vector<Finding> VerifyTask(const Split& split, const TaskCommit& task) {
  std::vector<Finding> findings;
  if (task.input_rows != split.rows()) {
    findings.push_back(
        RowsFinding(split.id, fmt::format("{} input rows were read, the plan says {}",
                                          task.input_rows, split.rows())));
  }
  if (task.rows_written + task.rows_quarantined != task.input_rows) {
    findings.push_back(RowsFinding(
        split.id,
        fmt::format("{} rows written and {} quarantined do not make {} input rows",
                    task.rows_written, task.rows_quarantined, task.input_rows)));
  }
  const auto rows_of = [](const std::vector<FileRecord>& files) {
    int64_t rows = 0;
    for (const FileRecord& file : files) rows += file.rows;
    return rows;
  };
  if (const int64_t rows = rows_of(task.files); rows != task.rows_written) {
    findings.push_back(RowsFinding(
        split.id, fmt::format("its files have {} rows, the manifest says {} were written",
                              rows, task.rows_written)));
  }
  if (const int64_t rows = rows_of(task.quarantine); rows != task.rows_quarantined) {
    findings.push_back(RowsFinding(
        split.id,
        fmt::format("its quarantine has {} rows, the manifest says {} were quarantined",
                    rows, task.rows_quarantined)));
  }
  return findings;
}

std::vector<Finding> VerifyMerge(const std::vector<const FileRecord*>& sources,
                                 const MergeCommit& merge) {
  std::vector<Finding> findings;
  const auto find = [&](std::string detail) {
    findings.push_back({Defect::kRows, merge.file.path, std::move(detail)});
  };
  int64_t rows = 0;
  uint64_t row_hash = 0;
  bool has_row_hash = true;  // all have
  for (const FileRecord* source : sources) {
    rows += source->rows;
    row_hash += source->row_hash.value_or(0);
    has_row_hash = has_row_hash && source->row_hash;
    if (source->partition != merge.file.partition ||
        ParentPath(source->path) != ParentPath(merge.file.path)) {
      find(fmt::format("is made of '{}', of another directory", source->path));
    }
  }
  if (merge.file.rows != rows) {
    find(fmt::format("has {} rows, the files it is made of have {}", merge.file.rows,
                     rows));
  } else if (has_row_hash && merge.file.row_hash.value_or(~row_hash) != row_hash) {
    find("has other rows than the files it is made of");
  }
  return findings;
}

std::vector<Finding> VerifyLedger(const Ledger& ledger) {
  std::vector<Finding> findings;
  std::map<int64_t, int64_t> seen;
  std::map<std::string_view, const FileRecord*> written;  // by tasks; nullptr: merged
  std::set<std::string_view> paths;
  const auto splits = static_cast<int64_t>(ledger.plan.splits.size());
  for (const TaskCommit& task : ledger.tasks) {
    if (task.split < 0 || task.split >= splits) {
      findings.push_back(RowsFinding(task.split, "is not in the plan"));
      continue;
    }
    ++seen[task.split];
    for (Finding& finding :
         VerifyTask(ledger.plan.splits[static_cast<size_t>(task.split)], task)) {
      findings.push_back(std::move(finding));
    }
    for (const FileRecord& file : task.files) written[file.path] = &file;
  }
  int64_t number = splits;
  for (const MergeCommit& merge : ledger.merges) {
    if (merge.task != number++) {
      findings.push_back(
          {Defect::kRows, merge.file.path,
           fmt::format("is of merge {}, expected {}", merge.task, number - 1)});
    }
    std::vector<const FileRecord*> sources;
    for (const std::string& path : merge.sources) {
      const FileRecord* source = std::exchange(written[path], nullptr);
      if (source != nullptr) {
        sources.push_back(source);
        continue;
      }
      findings.push_back({Defect::kRows, merge.file.path,
                          fmt::format("is made of '{}', which no task wrote, or which "
                                      "was merged before",
                                      path)});
    }
    for (Finding& finding : VerifyMerge(sources, merge)) {
      findings.push_back(std::move(finding));
    }
  }
  const auto check_path = [&](const FileRecord& file) {
    if (paths.insert(file.path).second) return;
    findings.push_back({Defect::kRows, file.path, "is in the ledger twice"});
  };
  for (const TaskCommit& task : ledger.tasks) {
    for (const FileRecord& file : task.files) check_path(file);
    for (const FileRecord& file : task.quarantine) check_path(file);
  }
  for (const MergeCommit& merge : ledger.merges) check_path(merge.file);
  for (const Split& split : ledger.plan.splits) {
    if (seen[split.id] == 1) continue;
    findings.push_back(
        RowsFinding(split.id, fmt::format("is in the ledger {} times", seen[split.id])));
  }
  return findings;
}

}  // namespace howdah
