#pragma once

#include <string_view>

namespace howdah::cli {

/// Write `text` to stdout. \return false if not all of it could be written: then a
/// warning was logged.
bool Print(std::string_view text);

/// Print what a verb was asked for. \return `code`, or kFailedRunning where that failed.
int Answer(std::string_view text, int code);

}  // namespace howdah::cli
