#pragma once

#include <string>

#include "base/environment.h"
#include "base/status.h"
#include "pipeline/storages.h"
#include "storage/file_system.h"

namespace howdah {

/// Where models of other storages are kept: $HOWDAH_CACHE, else $XDG_CACHE_HOME/howdah,
/// else $HOME/.cache/howdah, else /tmp/howdah-<uid>.
std::string CacheDirectory();

/// A local copy of the SavedModel in `directory` of `fs`. One that is there is taken if
/// it is whole: each file is compared, by its CRC32C, with what the storage says of its
/// own now. Files are copied beside the copy's place and moved there together, so that
/// processes that want the same model at once do not disturb each other.
///
/// A model is code: `cache`, on `local`, is made for this user alone, and one that others
/// may write to is refused.
///
/// \param url  of `directory`, for messages.
/// \return the copy's directory. NotFound: no such directory, or no saved_model.pb in it.
///   Corruption: a file was changed or damaged while it was copied. PermissionDenied: the
///   cache is not this user's own.
Result<std::string> StageModel(FileSystem& fs, const std::string& directory,
                               const std::string& url, FileSystem& local,
                               const std::string& cache, Environment& environment);

/// The directory in which the SavedModel at `location` can be opened: itself on a local
/// disk, else a copy in CacheDirectory(). Errors as StageModel.
Result<std::string> LocalModel(const Location& location);

}  // namespace howdah
