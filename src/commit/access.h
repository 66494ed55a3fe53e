#pragma once

#include <string>

#include "base/status.h"
#include "storage/file_system.h"

namespace howdah {

/// Let those see `tree`, and all below it, who see what is made in the directory `parent`
/// (docs/landing-protocol.md, "Who may read what is published"). What this process may
/// not give is left out, with a warning; what would then be open to somebody whom
/// `parent` does not name is closed. Changes only what differs, so it may be repeated, by
/// anybody. NotFound: `parent` is missing, or `tree` has been moved away meanwhile.
Status GiveAccessOf(FileSystem& fs, const std::string& parent, const std::string& tree);

}  // namespace howdah
