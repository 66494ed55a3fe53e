#include "commit/paths.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "storage/file_system.h"
#include "types/hive_escape.h"

namespace howdah {
namespace {

Result<std::string> CheckedAbsolute(std::string_view path, std::string_view what) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (path == "/" || (path.starts_with('/') && IsPlainRelativePath(path.substr(1)))) {
    return std::string(path);
  }
  return Error(ErrorKind::kInvalidInput,
               "{} '{}' is not an absolute path without empty, '.' or '..' components",
               what, path);
}

bool IsInside(std::string_view path, std::string_view directory) {
  return path == directory ||
         (path.starts_with(directory) && path.substr(directory.size()).starts_with('/'));
}

}  // namespace

bool IsQuarantinePath(std::string_view path) {
  constexpr std::string_view kName = kQuarantineName;
  return path.starts_with(kName) && path.substr(kName.size()).starts_with('/');
}

bool IsPlainRelativePath(std::string_view path) {
  if (path.find('\0') != path.npos) return false;
  for (;;) {
    const size_t slash = path.find('/');
    const std::string_view component = path.substr(0, slash);
    if (component.empty() || component == "." || component == "..") return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
}

Result<DatasetPaths> DatasetPaths::For(const std::string& dataset,
                                       const std::string& staging) {
  DatasetPaths paths;
  HOWDAH_ASSIGN_OR_RETURN(paths.dataset, CheckedAbsolute(dataset, "the output"));
  if (paths.dataset == "/") {
    return Error(ErrorKind::kInvalidInput,
                 "the root directory '/' cannot be a dataset: name a directory below it");
  }
  const std::string_view name = BaseName(paths.dataset);
  if (staging.empty()) {
    paths.staging = JoinPath(ParentPath(paths.dataset), fmt::format(".{}.howdah", name));
    return paths;
  }
  HOWDAH_ASSIGN_OR_RETURN(const std::string given,
                          CheckedAbsolute(staging, "output.staging"));
  if (IsInside(given, paths.dataset)) {
    return Error(ErrorKind::kInvalidInput,
                 "output.staging '{}' lies inside the dataset '{}': choose a directory "
                 "outside of it, on the same file system",
                 given, paths.dataset);
  }
  const std::string hash = Sha256Hex(paths.dataset).substr(0, 16);
  paths.staging = JoinPath(given, fmt::format(".{}-{}.howdah", name, hash));
  return paths;
}

std::string DatasetPaths::tmp() const { return JoinPath(staging, "tmp"); }
std::string DatasetPaths::jobs() const { return JoinPath(staging, "jobs"); }
std::string DatasetPaths::retired() const { return JoinPath(staging, "retired"); }

std::string DatasetPaths::log() const { return JoinPath(staging, "log"); }
std::string DatasetPaths::swaps() const { return JoinPath(staging, "swaps"); }

std::string DatasetPaths::run_partition(const std::string& job_id) const {
  return JoinPath(dataset, fmt::format("{}={}", kRunColumn, HiveEscape(job_id)));
}

std::string DatasetPaths::work(const std::string& job_id, int64_t generation) const {
  return JoinPath(jobs(), fmt::format("{}.{}", HiveEscape(job_id), generation));
}

}  // namespace howdah
