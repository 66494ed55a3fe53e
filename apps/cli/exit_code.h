#pragma once

#include "base/status.h"

namespace howdah::cli {

/// Exit codes, as the README explains them to users.
enum ExitCode {
  kDone = 0,
  kFailedRunning = 1,
  kWrongJob = 2,
  kTooManyBadRows = 3,
  kPublishUnknown = 4,
  kDamaged = 5,
  kForeignFiles = 6,
  kInterrupted = 130,
};

/// Whether anything had been written when an error arose.
enum class Phase { kPreparing, kRunning };

/// The code for an error: some kinds have their own; what the machines are to blame for
/// (a dead server, a full disk) is the run's fault; else it is the job's while preparing,
/// and the run's afterwards.
int ExitCodeOf(const Status& status, Phase phase);

/// Write the one line "error: …" and return ExitCodeOf.
int Fail(const Status& status, Phase phase);

}  // namespace howdah::cli
