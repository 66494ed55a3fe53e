#include "types/split.h"

#include <fmt/format.h>

namespace howdah {

std::string SplitName(int64_t id) { return fmt::format("{:05}", id); }

}  // namespace howdah
