#include "hdfs/path_rules.h"

#include <arrow/util/utf8.h>

#include "storage/file_system.h"
#include "storage/path.h"

namespace howdah::hdfs {
namespace {

Status CheckNames(const std::string& path) {
  if (path.find(':') != std::string::npos) {
    return Error(ErrorKind::kInvalidInput, "{}: HDFS takes no ':' in a name", path);
  }
  arrow::util::InitializeUTF8();
  if (!arrow::util::ValidateUTF8(path)) {
    return Error(ErrorKind::kInvalidInput, "a name is not UTF-8, which HDFS asks for: {}",
                 path);
  }
  if (path == "/.reserved" || path.starts_with("/.reserved/")) {
    return Error(ErrorKind::kInvalidInput, "{}: /.reserved is HDFS's own", path);
  }
  return Status::OK();
}

}  // namespace

Status CheckHdfsPath(const std::string& path) {
  HOWDAH_RETURN_IF_ERROR(CheckPath(path));
  return CheckNames(path);
}

Status CheckHdfsEntryPath(const std::string& path) {
  HOWDAH_RETURN_IF_ERROR(CheckEntryPath(path));
  return CheckNames(path);
}

Status CheckHdfsRenamePaths(const std::string& from, const std::string& to) {
  HOWDAH_RETURN_IF_ERROR(CheckRenamePaths(from, to));
  HOWDAH_RETURN_IF_ERROR(CheckNames(from));
  return CheckNames(to);
}

std::string HiddenName(std::string_view path, std::string_view unique_hex) {
  // Names have 255 bytes at most; long ones are cut between letters.
  constexpr size_t kLongest = 200;
  std::string_view name = BaseName(path);
  if (name.size() > kLongest) {
    size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
    name = name.substr(0, end);
  }
  return JoinPath(ParentPath(path), fmt::format(".{}.{}.pending", name, unique_hex));
}

std::string InodePath(uint64_t file_id) {
  return fmt::format("/.reserved/.inodes/{}", file_id);
}

}  // namespace howdah::hdfs
