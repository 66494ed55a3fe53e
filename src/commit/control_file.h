#pragma once

#include <string>
#include <string_view>

#include "base/environment.h"
#include "base/status.h"
#include "storage/file_system.h"

// The few acts from which a job is built, each made definite: after a lost answer they
// look, and act again at most once, and only where a late first request could do no harm.
// What then is still not known is Transient: the callers may be called again.

namespace howdah {

/// One directory, one level; one that exists is fine. NotFound: the parent is missing.
Status MakeDirectory(FileSystem& fs, const std::string& path, uint32_t mode = 0777);

/// Write a file under a name that no other process knows, and check its length there.
Status WriteWhole(FileSystem& fs, const std::string& path, std::string_view text);

/// Move `from`, which no other process moves, to `to`: the first to arrive there wins.
/// AlreadyExists: `to` is taken, after a lost answer perhaps by ourselves: read it.
Status RenameFirstWins(FileSystem& fs, const std::string& from, const std::string& to);

/// Put `text` at `target`, complete or not at all: written to `tmp` under a fresh name,
/// then RenameFirstWins. NotFound: `tmp` or the parent of `target` is gone.
Status PlaceControlFile(FileSystem& fs, Environment& environment, const std::string& tmp,
                        const std::string& target, std::string_view text);

/// `status`, which says that an answer was lost, as Transient: nothing visible depends on
/// it.
Status Unresolved(const Status& status);

}  // namespace howdah
