#pragma once

#include <memory>
#include <string>

#include "hdfs/protocol.h"
#include "storage/file_system.h"

namespace howdah::hdfs {

class HdfsFileSystem;

/// FileSystem::CreateFile on HDFS, for a path already checked. Until Commit the bytes are
/// in a hidden file of the same directory (HiddenName); a process that is killed leaves
/// that behind.
Result<std::unique_ptr<PendingFile>> BeginHdfsFile(HdfsFileSystem& fs,
                                                   const std::string& path);

/// Unsupported for what must not be read or written as plain bytes: files of an
/// encryption zone, and erasure coded ones.
Status CheckPlainFile(const FileStatus& status, const std::string& path);

}  // namespace howdah::hdfs
