#pragma once

#include <memory>

#include "base/environment.h"
#include "storage/file_system.h"

namespace howdah {

/// A tree in memory with exactly the contract's semantics; every call is atomic. For tests and
/// for exploring interleavings. Times come from `environment`, which must outlive it.
std::unique_ptr<FileSystem> MakeMemoryFileSystem(Environment& environment);

}  // namespace howdah
