#include "storage/path.h"

#include <string_view>

namespace howdah {
namespace {

constexpr size_t kLongestName = 255;  // NAME_MAX of Linux, and the default limit of HDFS

Status Refuse(std::string_view path, std::string_view reason) {
  return Error(ErrorKind::kInvalidInput, "'{}' cannot be used as a path: {}", path,
               reason);
}

}  // namespace

Status CheckPath(const std::string& path) {
  if (path.empty()) return Refuse(path, "it is empty");
  if (path.front() != '/') return Refuse(path, "it is not absolute");
  if (path.find('\0') != std::string::npos) return Refuse(path, "it holds a NUL byte");
  if (path == "/") return Status::OK();
  std::string_view rest = path;
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the '/'
    const std::string_view name = rest.substr(0, rest.find('/'));
    rest.remove_prefix(name.size());
    if (name.empty()) return Refuse(path, "it holds '//' or ends with '/'");
    if (name == "." || name == "..") return Refuse(path, "it holds '.' or '..'");
    if (name.size() > kLongestName) {
      return Refuse(path,
                    fmt::format("a name in it is longer than {} bytes", kLongestName));
    }
  }
  return Status::OK();
}

Status CheckEntryPath(const std::string& path) {
  if (path == "/") return Refuse(path, "the root cannot be made, moved or removed");
  return CheckPath(path);
}

Status CheckRenamePaths(const std::string& from, const std::string& to) {
  HOWDAH_RETURN_IF_ERROR(CheckEntryPath(from));
  HOWDAH_RETURN_IF_ERROR(CheckEntryPath(to));
  if (to.starts_with(from + "/")) {
    return Error(ErrorKind::kInvalidInput, "{} cannot be moved into itself, to {}", from,
                 to);
  }
  return Status::OK();
}

}  // namespace howdah
