#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "base/environment.h"

namespace howdah {
namespace {

std::atomic<LogFormat> line_format{LogFormat::kText};
std::atomic<LogLevel> least_level{LogLevel::kInfo};
int stderr_descriptor = STDERR_FILENO;  // guarded by StderrMutex

/// Never destroyed: destructors of static objects may still log.
std::mutex& StderrMutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

std::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarning:
      return "WARNING";
    case LogLevel::kError:
      return "ERROR";
  }
  return "ERROR";
}

/// Now, to the millisecond: "2026-11-22T20:18:05.123Z".
std::string Timestamp() {
  constexpr size_t kThroughMilliseconds = 23;
  return FormatTimestamp(Environment::System().NowMicros())
             .substr(0, kThroughMilliseconds) +
         "Z";
}

/// A file name with a line break must not be able to forge a log line.
std::string TextLine(LogLevel level, std::string_view message) {
  std::string line = fmt::format("{} {} {}", Timestamp(), Name(level), message);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line + "\n";
}

std::string JsonLine(LogLevel level, std::string_view message) {
  nlohmann::ordered_json line;
  line["time"] = Timestamp();
  line["level"] = Name(level);
  line["message"] = message;
  // Bytes that are not UTF-8 become U+FFFD; the default would throw.
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace

void InitLog(LogFormat format, LogLevel least) {
  line_format = format;
  least_level = least;
}

bool LogEnabled(LogLevel level) { return level >= least_level; }

void LogLine(LogLevel level, std::string_view message) {
  if (!LogEnabled(level)) return;
  WriteStderr(line_format == LogFormat::kJson ? JsonLine(level, message)
                                              : TextLine(level, message));
}

void WriteStderr(std::string_view text) {
  std::lock_guard lock(StderrMutex());
  while (!text.empty()) {
    const ssize_t written = write(stderr_descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // there is no place to tell of it
    text.remove_prefix(static_cast<size_t>(written));
  }
}

void SetStderr(int descriptor) {
  std::lock_guard lock(StderrMutex());
  stderr_descriptor = descriptor;
}

}  // namespace howdah
