#pragma once

// For programs whose code under test logs what it makes of bad bytes: errors only.

#include "base/log.h"

extern "C" [[gnu::used]] inline int LLVMFuzzerInitialize(int* /*argc*/,
                                                         char*** /*argv*/) {
  howdah::InitLog(howdah::LogFormat::kText, howdah::LogLevel::kError);
  return 0;
}
