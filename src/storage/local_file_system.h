#pragma once

#include <memory>

#include "storage/file_system.h"

namespace howdah {

/// The machine's own directories. Commit fsyncs the file and its directory,
/// CreateDirectory and Rename the directories that hold the names; if that fails after
/// the names have changed, the answer is CommitStateUnknown. Rename without replace is
/// renameat2(RENAME_NOREPLACE); where a file system lacks it, files are linked and
/// unlinked instead, and directories are Unsupported.
std::unique_ptr<FileSystem> MakeLocalFileSystem();

}  // namespace howdah
