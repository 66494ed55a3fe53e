#include "cli/crash_guard.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "base/crash_note.h"
#include "base/log.h"
#include "cli/exit_code.h"
#include "cli/output_capture.h"

namespace howdah::cli {
namespace {

// Fixed memory: the handler may not allocate.
std::array<char, 2048> before_notes;
size_t before_size = 0;
int error_output = STDERR_FILENO;

void OnCrash(int /*signal*/) {
  // A second thread that crashes waits for the first one's end.
  static volatile sig_atomic_t entered = 0;
  while (entered != 0) pause();
  entered = 1;

  DrainCapturedOutput();
  constexpr std::string_view kNoNotes = "no batch";
  constexpr std::string_view kEnd =
      "; nothing visible changed, and the same command resumes: look for the cause in "
      "the lines above, and try another 'model.batch_rows' or another TensorFlow\n";
  std::array<char, 8192> text{};
  size_t size = 0;
  const auto append = [&](const char* from, size_t length) {
    length = std::min(length, text.size() - size);
    std::memcpy(text.data() + size, from, length);
    size += length;
  };
  append(before_notes.data(), before_size);
  const size_t notes =
      CopyCrashNotes(text.data() + size, text.size() - size - kEnd.size());
  size += notes;
  if (notes == 0) append(kNoNotes.data(), kNoNotes.size());
  append(kEnd.data(), kEnd.size());
  if (write(error_output, text.data(), size) < 0) _exit(kFailedRunning);
  _exit(kFailedRunning);
}

}  // namespace

void GuardAgainstCrashes(const std::string& model) {
  const std::string before = fmt::format(
      "error: TensorFlow ended the process while the model '{}' scored ", model);
  before_size = std::min(before.size(), before_notes.size());
  std::memcpy(before_notes.data(), before.data(), before_size);
  error_output = dup(STDERR_FILENO);
  struct sigaction action{};
  action.sa_handler = OnCrash;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    sigaction(signal, &action, nullptr);
  }
}

void GiveUp(const std::string& why) {
  WriteStderr(fmt::format("error: {}\n", why));
  _exit(kFailedRunning);
}

}  // namespace howdah::cli
