#include "pipeline/storages.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "base/text.h"
#include "hdfs/hdfs_services.h"
#include "storage/local_file_system.h"

namespace howdah {
namespace {

/// The scheme of "scheme://rest", or "" for a plain path.
std::string_view SchemeOf(std::string_view url) {
  const size_t colon = url.find("://");
  if (colon == url.npos) return "";
  const std::string_view scheme = url.substr(0, colon);
  for (const char c : scheme) {
    const bool legal = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!legal) return "";
  }
  return scheme;
}

/// "/a//b/./c/../d/" -> "/a/b/d".
std::string NormalPath(const std::filesystem::path& absolute) {
  std::string normal = absolute.lexically_normal().string();
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  // lexically_normal keeps a leading "//", which POSIX leaves to the implementation.
  while (normal.size() > 1 && normal[0] == '/' && normal[1] == '/') normal.erase(0, 1);
  return normal;
}

Result<Location> ResolveLocal(FileSystem& fs, std::string_view url,
                              std::string_view rest) {
  if (rest.size() != url.size() && rest.front() != '/') {
    return Error(ErrorKind::kInvalidInput,
                 "'{}' names a host; a local path is written file:///path", url);
  }
  std::error_code error;
  const std::filesystem::path absolute =
      std::filesystem::absolute(std::filesystem::path(rest), error);
  if (error) {
    return Error(ErrorKind::kInvalidInput, "path '{}': {}", rest, error.message());
  }
  const std::string normal = NormalPath(absolute);
  return Location{.fs = &fs, .path = normal, .url = normal};
}

Result<Location> ResolveHdfs(hdfs::HdfsServices& services, std::string_view rest) {
  const size_t slash = std::min(rest.find('/'), rest.size());
  HOWDAH_ASSIGN_OR_RETURN(hdfs::HdfsFileSystem* const fs,
                          services.Find(rest.substr(0, slash)));
  std::string path =
      slash == rest.size() ? "/" : NormalPath(std::filesystem::path(rest.substr(slash)));
  std::string url = "hdfs://" + fs->options().service + path;
  return Location{.fs = fs,
                  .path = std::move(path),
                  .url = std::move(url),
                  .block_bytes = static_cast<int64_t>(fs->options().block_size)};
}

}  // namespace

Storages Storages::Builtin() {
  Storages storages;
  const std::shared_ptr<FileSystem> local = MakeLocalFileSystem();
  storages.schemes_.push_back(
      {"file", [local](std::string_view url, std::string_view rest) {
         return ResolveLocal(*local, url, rest);
       }});
  const auto services = std::make_shared<hdfs::HdfsServices>(
      [](const char* name) -> const char* { return std::getenv(name); });
  storages.schemes_.push_back(
      {"hdfs", [services](std::string_view /*url*/, std::string_view rest) {
         return ResolveHdfs(*services, rest);
       }});
  return storages;
}

Result<Location> Storages::Resolve(std::string_view url) const {
  const std::string_view name = SchemeOf(url);
  std::string_view rest = url;
  if (!name.empty()) rest.remove_prefix(name.size() + 3);
  if (rest.empty()) return Error(ErrorKind::kInvalidInput, "path '{}' is empty", url);
  if (rest.find('\0') != rest.npos) {
    return Error(ErrorKind::kInvalidInput, "path '{}' holds a NUL byte", url);
  }

  const std::string_view wanted = name.empty() ? "file" : name;
  std::vector<std::string> known;
  for (const Scheme& scheme : schemes_) {
    if (scheme.name == wanted) return scheme.resolve(url, rest);
    known.push_back(scheme.name);
  }
  return Error(ErrorKind::kInvalidInput,
               "'{}': no storage for the scheme '{}'; there is {}", url, wanted,
               QuotedList(known));
}

Result<std::string> ExpandEnvironment(std::string_view text) {
  std::string expanded;
  while (true) {
    const size_t start = text.find("${");
    expanded += text.substr(0, start);
    if (start == text.npos) return expanded;
    const size_t end = text.find('}', start);
    if (end == text.npos) {
      return Error(ErrorKind::kInvalidInput, "'{}': '${{' without '}}'", text);
    }
    const std::string name(text.substr(start + 2, end - start - 2));
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) {
      return Error(ErrorKind::kInvalidInput, "environment variable '{}' is not set",
                   name);
    }
    expanded += value;
    text.remove_prefix(end + 1);
  }
}

}  // namespace howdah
