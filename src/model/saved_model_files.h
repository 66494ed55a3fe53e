#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"

namespace howdah {

struct ModelFile {
  std::string path;  ///< relative to the model's directory
  int64_t bytes = 0;
};

/// All regular files below `directory`, links followed, in byte order of their paths.
Result<std::vector<ModelFile>> ListModelFiles(const std::string& directory);

}  // namespace howdah
