#pragma once

#include <memory>
#include <string>

#include "storage/file_system.h"

namespace howdah {

/// FileSystem::CreateFile on a local disk, for a path already checked. Until Commit the
/// bytes are in ".<name>.<16 hex digits>.pending" in the same directory; a process that
/// is killed leaves that behind.
Result<std::unique_ptr<PendingFile>> CreateLocalFile(const std::string& path);

}  // namespace howdah
