#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"
#include "commit/job.h"
#include "pipeline/prepare.h"

namespace howdah {

/// The least number of data files that the job can make, by what its plan knows: one for
/// each split with rows, and for each partition directory that stems from a directory of
/// the input.
int64_t LeastFiles(const PreparedJob& job);

/// InvalidInput: the job makes more files than 'checks.max_files' in any case.
Status CheckPlannedFiles(const PreparedJob& job);

/// ResourceExhausted when `files` are more than 'checks.max_files'. Says what makes so
/// many, and which key raises the limit.
Status CheckFileCount(const PreparedJob& job, int64_t files);

/// A sentence, when partitions make files far below the size that they should have.
/// \param files, bytes  of all data files.
std::optional<std::string> SmallFilesWarning(const PreparedJob& job, int64_t files,
                                             int64_t bytes);

}  // namespace howdah
