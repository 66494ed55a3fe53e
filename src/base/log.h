#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace howdah {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kText, kJson };

/// Set up logging to stderr. Call once, before threads start; until then info and above
/// are written as text.
void InitLog(LogFormat format, LogLevel least);

/// Write one log line. Thread-safe. No secrets, no row contents.
void LogLine(LogLevel level, std::string_view message);
bool LogEnabled(LogLevel level);

template <typename... Args>
void Log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(level)) LogLine(level, fmt::format(format, std::forward<Args>(args)...));
}

/// Write `text` to stderr as it is, between log lines and not inside one: the progress
/// line, and the one line that begins "error: ".
void WriteStderr(std::string_view text);

/// Where WriteStderr and the log write: file descriptor 2 until this is called.
void SetStderr(int descriptor);

}  // namespace howdah
