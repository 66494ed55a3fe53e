#include "cli/output_capture.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <iostream>
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

OutputCapture::OutputCapture() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
  original_out_ = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
  original_err_ = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  if (original_out_ < 0 || original_err_ < 0) {
    for (const int fd : {ends[0], ends[1], original_out_, original_err_}) close(fd);
    return;
  }
  SetStderr(original_err_);
  dup2(ends[1], STDOUT_FILENO);
  dup2(ends[1], STDERR_FILENO);
  close(ends[1]);
  pipe_ = ends[0];
  captured_pipe = pipe_;
  reader_ = std::jthread([this] { Read(); });
}

OutputCapture::~OutputCapture() {
  if (pipe_ < 0) return;
  captured_pipe = -1;
  std::cout << std::flush;
  std::fflush(nullptr);  // what ops left in C's buffers is theirs, not the summary's
  dup2(original_out_, STDOUT_FILENO);
  dup2(original_err_, STDERR_FILENO);  // now the pipe has no end to write to
  reader_.join();
  SetStderr(STDERR_FILENO);
  for (const int fd : {pipe_, original_out_, original_err_}) close(fd);
}

void KeepStandardDescriptorsOpen() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number: this one, as those below are open.
    if (open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) != fd) return;
  }
}

void OutputCapture::Read() const {
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

void DrainCapturedOutput() {
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
