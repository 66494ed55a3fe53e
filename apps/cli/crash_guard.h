#pragma once

#include <string>

namespace howdah::cli {

/// From here on, when something in the process calls abort() or breaks (TensorFlow's
/// CHECK, a bad op), one sentence says so with `model` and what it was at
/// (base/crash_note.h), and the process ends with exit code 1. What is on disk is as
/// after a kill: the same command resumes.
void GuardAgainstCrashes(const std::string& model);

/// End the process at once with `error: <why>`, exit code 1: for a run of the model that
/// cannot be stopped.
[[noreturn]] void GiveUp(const std::string& why);

}  // namespace howdah::cli
