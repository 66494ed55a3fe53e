#pragma once

#include <memory>

#include "storage/file_system.h"

namespace howdah {

/// The machine's own directories. Commit fsyncs the file and its directory; Rename without
/// replace is renameat2(RENAME_NOREPLACE), and fsyncs both parents.
std::unique_ptr<FileSystem> MakeLocalFileSystem();

}  // namespace howdah
