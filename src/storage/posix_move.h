#pragma once

#include <string>

#include "base/status.h"
#include "storage/file_system.h"

namespace howdah {

/// FileSystem::Rename on a local disk, for paths already checked, without syncing to
/// disk.
///
/// Where the file system lacks renameat2(RENAME_NOREPLACE) (NFS, some FUSE), a file is
/// moved without replacing by link(2), which is as exclusive, and unlink(2): in between
/// it has both names. For a directory there is no such way: Unsupported.
Status MoveEntry(const std::string& from, const std::string& to, IfExists if_exists);

/// MoveEntry, then SyncDirectory of both parents.
Status MoveEntryDurably(const std::string& from, const std::string& to,
                        IfExists if_exists);

}  // namespace howdah
