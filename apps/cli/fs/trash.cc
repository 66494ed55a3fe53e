#include "cli/fs/trash.h"

#include <cstdlib>
#include <optional>

#include "base/environment.h"
#include "hdfs/hadoop_config.h"
#include "hdfs/hdfs_file_system.h"

namespace howdah::cli {
namespace {

bool IsSameOrBelow(std::string_view path, const std::string& directory) {
  return path == directory || path.starts_with(directory + "/");
}

}  // namespace

Result<bool> HasTrash(Volume& volume) {
  if (volume.hdfs() == nullptr) return false;
  HOWDAH_ASSIGN_OR_RETURN(const hdfs::ServerDefaults defaults,
                          volume.hdfs()->namenode().GetServerDefaults());
  if (defaults.trash_interval_minutes != 0) return true;
  HOWDAH_ASSIGN_OR_RETURN(
      const hdfs::HadoopConfig config,
      hdfs::HadoopConfig::Load([](const char* name) { return std::getenv(name); }));
  HOWDAH_ASSIGN_OR_RETURN(const std::optional<std::string> minutes,
                          config.Get("fs.trash.interval"));
  return minutes.has_value() && std::strtod(minutes->c_str(), nullptr) > 0;
}

Result<std::string> MoveToTrash(const Found& found) {
  hdfs::HdfsFileSystem& files = *found.place.volume->hdfs();
  const std::string trash = found.place.volume->home() + "/.Trash";
  const std::string& path = found.place.path;
  if (IsSameOrBelow(path, trash)) return std::string();
  if (path == "/" || IsSameOrBelow(trash, path)) {
    return Error(ErrorKind::kInvalidInput,
                 "{}: it holds the trash, {}, and cannot be moved there; -skipTrash "
                 "removes it at once",
                 found.place.shown, trash);
  }
  std::string target = trash + "/Current" + path;
  const std::string parent = ParentPath(target);
  HOWDAH_ASSIGN_OR_RETURN(const bool has_parent, Exists(files, parent));
  if (!has_parent) {
    constexpr uint32_t kPrivate = 0700;
    HOWDAH_RETURN_IF_ERROR(
        files.namenode().MakeDirectory(parent, kPrivate, hdfs::MakeParents::kYes));
  }
  Status moved = files.Rename(path, target, IfExists::kFail);
  if (Is(moved, ErrorKind::kAlreadyExists)) {
    // Another of this name was removed before.
    target += std::to_string(Environment::System().NowMicros() / 1000);
    moved = files.Rename(path, target, IfExists::kFail);
  }
  HOWDAH_RETURN_IF_ERROR(WithContext(moved, "to the trash (-skipTrash goes without)"));
  return target;
}

}  // namespace howdah::cli
