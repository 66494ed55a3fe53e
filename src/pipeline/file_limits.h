#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"
#include "commit/job.h"
#include "pipeline/prepare.h"

namespace howdah {

/// InvalidInput: the job makes more files than 'checks.max_files' in any case, by what
/// its plan knows: each split with rows makes one, and one for each partition directory
/// that stems from a directory of the input. Where files are merged before they land that
/// is not known.
Status CheckPlannedFiles(const PreparedJob& job);

/// ResourceExhausted when `files` are more than 'checks.max_files'. Says what makes so
/// many, and which key raises the limit.
Status CheckFileCount(const PreparedJob& job, int64_t files);

/// The same while splits are scored: where small files will be merged it is not known yet
/// how many land, but so many can be merged.
Status CheckStagedFiles(const PreparedJob& job, int64_t files);

/// A sentence, when partitions make files far below the size that they should have.
/// \param files, bytes  of all data files.
std::optional<std::string> SmallFilesWarning(const PreparedJob& job, int64_t files,
                                             int64_t bytes);

/// The same before the run, of what CheckPlannedFiles knows.
std::optional<std::string> PlannedFilesWarning(const PreparedJob& job);

}  // namespace howdah
