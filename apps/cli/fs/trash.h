#pragma once

#include <string>

#include "cli/fs/places.h"

namespace howdah::cli {

/// Hadoop's trash: what is removed waits in the user's .Trash/Current until the cluster's
/// emptier comes. Source: TrashPolicyDefault.java.

/// Whether removing from `volume` means moving to the trash: the cluster says so, or
/// else fs.trash.interval of the configuration.
Result<bool> HasTrash(Volume& volume);

/// Move `found` to the trash. \return where it is now; "" if it was in the trash already
/// and is to be removed for good. InvalidInput: it holds the trash.
Result<std::string> MoveToTrash(const Found& found);

}  // namespace howdah::cli
