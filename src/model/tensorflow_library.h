#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"

namespace howdah {

/// Find libtensorflow_cc.so.2, without loading it. Searched in this order:
///   1. `flag`, if not empty: the library, its folder, or a `tensorflow` package folder
///   2. the environment variable HOWDAH_TENSORFLOW, likewise
///   3. `engine_directory`/tensorflow
///   4. the `tensorflow` package of the first python3 on PATH (Python is not started)
/// \return absolute path of the library. NotFound says where was looked and how to get it
///   ("pip install tensorflow-cpu"); a flag or variable that is set and wrong is an
///   error, not a reason to look further.
Result<std::string> FindTensorFlow(const std::string& flag,
                                   const std::string& engine_directory);

}  // namespace howdah
