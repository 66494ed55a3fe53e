#include "cli/stderr_capture.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <string>
#include <string_view>

#include "base/log.h"

namespace howdah::cli {
namespace {

std::atomic<int> captured_pipe{-1};

/// "2026-11-22 20:18:05.123456: E tensorflow/core/… text" or "E0000 00:00:… file:1]
/// text": the letter of its level; 0 for other lines.
char LevelOf(std::string_view line) {
  constexpr std::string_view kLevels = "IWEF";
  const auto is_level = [&](char c) { return kLevels.find(c) != kLevels.npos; };
  if (line.size() > 5 && is_level(line[0]) && line[1] >= '0' && line[1] <= '9') {
    return line[0];
  }
  const size_t at = line.find(": ");
  if (line.starts_with("20") && at != line.npos && line.size() > at + 4 &&
      is_level(line[at + 2]) && line[at + 3] == ' ') {
    return line[at + 2];
  }
  return 0;
}

void LogCaptured(std::string_view line) {
  if (line.empty()) return;
  const char level = LevelOf(line);
  const bool matters = level == 'E' || level == 'F';
  Log(matters ? LogLevel::kWarning : LogLevel::kDebug, "{}{}",
      level != 0 ? "TensorFlow: " : "", line);
}

}  // namespace

StderrCapture::StderrCapture() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
  original_ = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  if (original_ < 0 || dup2(ends[1], STDERR_FILENO) < 0) {
    close(ends[0]);
    close(ends[1]);
    return;
  }
  close(ends[1]);
  pipe_ = ends[0];
  captured_pipe = pipe_;
  SetStderr(original_);
  reader_ = std::jthread([this] { Read(); });
}

StderrCapture::~StderrCapture() {
  if (pipe_ < 0) return;
  captured_pipe = -1;
  dup2(original_, STDERR_FILENO);  // closes the pipe's only other end
  SetStderr(STDERR_FILENO);
  reader_.join();
  close(pipe_);
  close(original_);
}

void StderrCapture::Read() const {
  constexpr size_t kMostLine = 4096;
  std::array<char, kMostLine> buffer{};
  std::string line;
  for (;;) {
    const ssize_t got = read(pipe_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    for (const char c : std::string_view(buffer.data(), static_cast<size_t>(got))) {
      if (c != '\n' && line.size() < kMostLine) {
        line += c;
        continue;
      }
      LogCaptured(line);
      line.clear();
      if (c != '\n') line += c;
    }
  }
  LogCaptured(line);
}

void DrainCapturedStderr() {
  const int pipe = captured_pipe;
  if (pipe < 0) return;
  for (int i = 0; i < 100; ++i) {
    int waiting = 0;
    if (ioctl(pipe, FIONREAD, &waiting) != 0) return;
    // The reader may still be at the log with what it took: look once more.
    poll(nullptr, 0, 10);
    if (waiting == 0) return;
  }
}

}  // namespace howdah::cli
