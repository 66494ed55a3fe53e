#pragma once

#include <arrow/result.h>
#include <arrow/status.h>
#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace howdah {

/// Status and Result are Arrow's, so that rooms and Arrow speak one language; what went
/// wrong is said by an ErrorKind in the status's detail.
using Status = arrow::Status;
template <typename T>
using Result = arrow::Result<T>;

/// What went wrong, as far as callers decide by it. Retry by kind, never by text.
enum class ErrorKind {
  kNotFound,       ///< proven absent; "could not look" is another kind
  kAlreadyExists,  ///< an exclusive create or rename found its target taken
  kPermissionDenied,
  kInvalidInput,    ///< a value the user gave is wrong: flag, key, null where none may be
  kSchemaMismatch,  ///< two sides disagree on a name, type or shape
  kCorruption,      ///< bytes that cannot be what they claim to be
  kResourceExhausted,   ///< disk full, quota, memory budget
  kTransient,           ///< may work when tried again
  kCancelled,           ///< the user or the caller asked to stop
  kCommitConflict,      ///< another job published first
  kCommitStateUnknown,  ///< an answer was lost: look, never guess, never retry blindly
  kTooManyBadRows,      ///< more rows failed their checks than the job allows
  kUnsupported,
  kInternal,  ///< a bug of ours, or an I/O error without a better name
};

/// The kind's name as logs print it, e.g. "NotFound".
std::string_view Name(ErrorKind kind);

/// May the same call be made again without looking first? True for kTransient only.
bool IsRetryable(ErrorKind kind);

/// An error whose message is `message`. For people: thing, place, expected, got, what to
/// do.
Status MakeError(ErrorKind kind, std::string message);

/// MakeError with a fmt format string: `Error(ErrorKind::kNotFound, "{}: no such file",
/// path)`.
template <typename... Args>
Status Error(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  return MakeError(kind, fmt::format(format, std::forward<Args>(args)...));
}

/// The kind of a failed status. A status that Arrow made itself is translated from its
/// code; kInternal when nothing fits. Must not be called on OK.
ErrorKind KindOf(const Status& status);

/// True iff `status` is an error of `kind`.
bool Is(const Status& status, ErrorKind kind);

/// The same kind with "`context`: " before the message. OK stays OK.
Status WithContext(const Status& status, std::string_view context);

/// An Arrow or library status as an error of `kind`, in one line, with "`context`: "
/// before it.
Status Translate(const Status& status, ErrorKind kind, std::string_view context);

}  // namespace howdah

/// Return from the enclosing function if `expr` is an error.
#define HOWDAH_RETURN_IF_ERROR(expr) ARROW_RETURN_NOT_OK(expr)
/// `HOWDAH_ASSIGN_OR_RETURN(auto x, F());`: take the value or return the error.
#define HOWDAH_ASSIGN_OR_RETURN(lhs, expr) ARROW_ASSIGN_OR_RAISE(lhs, expr)
