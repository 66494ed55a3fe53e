#pragma once

#include <memory>

#include "base/environment.h"
#include "storage/file_system.h"

namespace howdah {

/// A tree in memory with exactly the contract's semantics; every call is atomic. For
/// tests and for exploring interleavings. Pending files are in no listing. Modes are kept
/// (0644 for files, umask 022 for directories) and permit everything, as do owners,
/// groups
/// ("howdah") and access control lists; nothing of them is handed down. There are no
/// symlinks and no mount points. Times come from `environment`, which must outlive it;
/// files and sources must not outlive the file system.
std::unique_ptr<FileSystem> MakeMemoryFileSystem(Environment& environment);

}  // namespace howdah
