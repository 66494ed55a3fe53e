#include "pipeline/storages.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/text.h"
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

Result<std::string> AbsoluteLocalPath(std::string_view path) {
  std::error_code error;
  const std::filesystem::path absolute =
      std::filesystem::absolute(std::filesystem::path(path), error);
  if (error) {
    return Error(ErrorKind::kInvalidInput, "path '{}': {}", path, error.message());
  }
  std::string normal = absolute.lexically_normal().string();
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  // lexically_normal keeps a leading "//", which POSIX leaves to the implementation.
  while (normal.size() > 1 && normal[0] == '/' && normal[1] == '/') normal.erase(0, 1);
  return normal;
}

}  // namespace

Storages Storages::Builtin() {
  Storages storages;
  storages.schemes_.push_back({"file", MakeLocalFileSystem()});
  return storages;
}

Result<Location> Storages::Resolve(std::string_view url) const {
  const std::string_view name = SchemeOf(url);
  std::string_view path = url;
  if (!name.empty()) path.remove_prefix(name.size() + 3);
  if (path.empty()) return Error(ErrorKind::kInvalidInput, "path '{}' is empty", url);
  if (path.find('\0') != path.npos) {
    return Error(ErrorKind::kInvalidInput, "path '{}' holds a NUL byte", url);
  }

  const std::string_view wanted = name.empty() ? "file" : name;
  std::vector<std::string> known;
  for (const Scheme& scheme : schemes_) {
    if (scheme.name == wanted) {
      if (!name.empty() && path.front() != '/') {
        return Error(ErrorKind::kInvalidInput,
                     "'{}' names a host; a local path is written file:///path", url);
      }
      HOWDAH_ASSIGN_OR_RETURN(std::string absolute, AbsoluteLocalPath(path));
      return Location{scheme.fs.get(), absolute, absolute};
    }
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
