#include "commit/work_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/digest.h"
#include "storage/file_system.h"
#include "types/hive_escape.h"
#include "types/split.h"

namespace howdah {
namespace {

std::optional<int64_t> ParseNumber(std::string_view digits) {
  int64_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stop != end || number < 0) return std::nullopt;
  return number;
}

std::string AttemptName(int64_t split, const std::string& attempt_id) {
  return fmt::format("{}.{}", SplitName(split), attempt_id);
}

}  // namespace

WorkDirectory WorkDirectory::Of(const DatasetPaths& paths, const std::string& job_id,
                                int64_t generation) {
  return {paths.work(job_id, generation), job_id, generation};
}

std::optional<WorkDirectory> WorkDirectory::Parse(const DatasetPaths& paths,
                                                  std::string_view entry) {
  const size_t dot = entry.rfind('.');
  if (dot == entry.npos || dot == 0) return std::nullopt;
  const std::optional<int64_t> generation = ParseNumber(entry.substr(dot + 1));
  if (!generation) return std::nullopt;
  WorkDirectory work = Of(paths, HiveUnescape(entry.substr(0, dot)), *generation);
  if (*generation < 1 || BaseName(work.path) != entry) return std::nullopt;
  return work;
}

std::string WorkDirectory::plan() const { return JoinPath(path, "plan.json"); }
std::string WorkDirectory::tmp() const { return JoinPath(path, "tmp"); }
std::string WorkDirectory::attempts() const { return JoinPath(path, "att"); }
std::string WorkDirectory::done() const { return JoinPath(path, "done"); }
std::string WorkDirectory::sealed() const { return JoinPath(path, "sealed"); }
std::string WorkDirectory::data() const { return JoinPath(path, "data"); }
std::string WorkDirectory::quarantine() const { return JoinPath(path, "quarantine"); }
std::string WorkDirectory::withdrawn() const { return JoinPath(path, "withdrawn"); }
std::string WorkDirectory::fin() const { return JoinPath(path, "FIN"); }

std::string WorkDirectory::attempt(int64_t split, const std::string& attempt_id) const {
  return JoinPath(attempts(), AttemptName(split, attempt_id));
}

std::string WorkDirectory::quarantine(int64_t split,
                                      const std::string& attempt_id) const {
  return JoinPath(quarantine(), AttemptName(split, attempt_id));
}

std::string WorkDirectory::QuarantinePath(int64_t split, int64_t n) const {
  return JoinPath(JoinPath(kQuarantineName, HiveEscape(job_id)),
                  DataFileName(split, n, ".quarantine"));
}

std::string WorkDirectory::DataFileName(int64_t split, int64_t n,
                                        const std::string& extension) const {
  const std::string hash = Sha256Hex(BaseName(path)).substr(0, 16);
  return fmt::format("part-{}-{}-{}{}", SplitName(split), n, hash, extension);
}

std::string WorkDirectory::Describe() const {
  return fmt::format("job '{}' (generation {})", job_id, generation);
}

std::string ManifestName(int64_t split) { return SplitName(split) + ".json"; }

std::optional<int64_t> ParseManifestName(std::string_view name) {
  const std::optional<int64_t> split = ParseNumber(name.substr(0, name.find('.')));
  if (!split || name != ManifestName(*split)) return std::nullopt;
  return split;
}

bool IsAttemptId(std::string_view text) {
  return text.size() == 16 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace howdah
