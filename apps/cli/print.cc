#include "cli/print.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "cli/exit_code.h"

namespace howdah::cli {

bool Print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      Log(LogLevel::kWarning, "stdout cannot be written to: {}", std::strerror(errno));
      return false;
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

int Answer(std::string_view text, int code) {
  if (Print(text)) return code;
  return Fail(
      Error(ErrorKind::kResourceExhausted,
            "the answer could not be written to stdout: give it a place that takes "
            "it"),
      Phase::kRunning);
}

}  // namespace howdah::cli
