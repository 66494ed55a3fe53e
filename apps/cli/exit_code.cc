#include "cli/exit_code.h"

#include <fmt/format.h>

#include "base/log.h"

namespace howdah::cli {

int ExitCodeOf(const Status& status, Phase phase) {
  if (status.ok()) return kDone;
  switch (KindOf(status)) {
    case ErrorKind::kCancelled:
      return kInterrupted;
    case ErrorKind::kCommitStateUnknown:
      return kPublishUnknown;
    case ErrorKind::kTooManyBadRows:
      return kTooManyBadRows;
    case ErrorKind::kCommitConflict:
    case ErrorKind::kTransient:
    case ErrorKind::kResourceExhausted:
      return kFailedRunning;
    default:
      return phase == Phase::kPreparing ? kWrongJob : kFailedRunning;
  }
}

int Fail(const Status& status, Phase phase) {
  Log(LogLevel::kDebug, "{}", status.ToString());
  WriteStderr(fmt::format("error: {}\n", status.message()));
  return ExitCodeOf(status, phase);
}

}  // namespace howdah::cli
