#pragma once

#include <optional>
#include <string_view>

namespace howdah {

/// How a job's rows become visible (docs/landing-protocol.md, "Publishing").
enum class PublishMode {
  kNew,        ///< the dataset must be absent or empty
  kAppend,     ///< a directory run_id=<job id> is added to a dataset made of such
  kOverwrite,  ///< in place of what a job of mode new or overwrite has landed
};

/// "new", "append", "overwrite".
std::string_view Name(PublishMode mode);
std::optional<PublishMode> ParsePublishMode(std::string_view name);

}  // namespace howdah
