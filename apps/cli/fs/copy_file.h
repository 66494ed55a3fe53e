#pragma once

#include <atomic>
#include <cstdint>
#include <stop_token>

#include "cli/fs/places.h"

namespace howdah::cli {

/// How far a copy is; read by the progress line.
struct CopyCounters {
  std::atomic<int64_t> files_found{0}, bytes_found{0};
  std::atomic<int64_t> files_done{0}, bytes_done{0};
  std::atomic<bool> all_found{false};
};

struct CopyOptions {
  IfExists if_exists = IfExists::kFail;
  bool preserve = false;  ///< owner, mode and times of the source
  size_t workers = 4;     ///< files that are copied at once
};

/// What can be taken of the source's owner, mode and times. Only the superuser may give
/// an owner, and the other storage may not know the name: that is a warning.
Status Preserve(const Entry& source, const Place& target);

/// OK if a file can become `target`, as far as can be known before it is written.
/// AlreadyExists, InvalidInput: a directory or a device is there, or the source itself.
Status CheckTarget(const Found* source, const Place& target, IfExists if_exists);

/// Copy one file. It appears under its name whole, in one step, after its length was
/// compared with that of the bytes read, on HDFS their CRC32C too; the target's directory
/// must exist. Cancelled.
Status CopyFile(const Found& source, const Place& target, const CopyOptions& options,
                const std::stop_token& stop, CopyCounters* counters);

/// The same from stdin, to its end.
Status CopyFromStdin(const Place& target, const CopyOptions& options,
                     const std::stop_token& stop, CopyCounters* counters);

}  // namespace howdah::cli
