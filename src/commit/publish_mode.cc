#include "commit/publish_mode.h"

namespace howdah {

std::string_view Name(PublishMode mode) {
  switch (mode) {
    case PublishMode::kNew:
      return "new";
    case PublishMode::kAppend:
      return "append";
    case PublishMode::kOverwrite:
      return "overwrite";
  }
  return "new";
}

std::optional<PublishMode> ParsePublishMode(std::string_view name) {
  for (const PublishMode mode :
       {PublishMode::kNew, PublishMode::kAppend, PublishMode::kOverwrite}) {
    if (Name(mode) == name) return mode;
  }
  return std::nullopt;
}

}  // namespace howdah
