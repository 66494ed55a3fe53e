#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace howdah::hdfs {

/// What HDFS takes as a path, beyond what every FileSystem asks for (storage/path.h):
/// names are UTF-8 without ':', and /.reserved is HDFS's own. Another byte string would
/// be bent silently on its way. InvalidInput. Source: DFSUtil.java, isValidName.
Status CheckHdfsPath(const std::string& path);
Status CheckHdfsEntryPath(const std::string& path);
Status CheckHdfsRenamePaths(const std::string& from, const std::string& to);

/// A hidden name for what is to become `path`, in the same directory: readers pass it
/// over, people see what it belongs to.
std::string HiddenName(std::string_view path, std::string_view unique_hex);

/// The path by which HDFS reaches an inode wherever it has been moved to.
std::string InodePath(uint64_t file_id);

}  // namespace howdah::hdfs
