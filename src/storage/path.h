#pragma once

#include <string>

#include "base/status.h"

namespace howdah {

/// What every FileSystem checks before it looks at its tree, so that all refuse the same.

/// OK if `path` has the form that FileSystem asks for: absolute, no empty, "." or ".."
/// component, no trailing '/', no NUL byte, no component above 255 bytes. InvalidInput.
Status CheckPath(const std::string& path);

/// CheckPath, and not the root: for calls that make, move or remove the entry itself.
Status CheckEntryPath(const std::string& path);

/// CheckEntryPath for both, and `to` not below `from`.
Status CheckRenamePaths(const std::string& from, const std::string& to);

}  // namespace howdah
