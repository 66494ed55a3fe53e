#include "base/status.h"

#include <algorithm>
#include <memory>

namespace howdah {
namespace {

constexpr const char* kDetailId = "howdah::ErrorKind";

class KindDetail final : public arrow::StatusDetail {
 public:
  explicit KindDetail(ErrorKind kind) : kind_(kind) {}
  const char* type_id() const override { return kDetailId; }
  std::string ToString() const override { return std::string(Name(kind_)); }
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

arrow::StatusCode CodeOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidInput:
    case ErrorKind::kSchemaMismatch:
    case ErrorKind::kTooManyBadRows:
      return arrow::StatusCode::Invalid;
    case ErrorKind::kCancelled:
      return arrow::StatusCode::Cancelled;
    case ErrorKind::kUnsupported:
      return arrow::StatusCode::NotImplemented;
    default:
      return arrow::StatusCode::IOError;
  }
}

std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

}  // namespace

std::string_view Name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNotFound:
      return "NotFound";
    case ErrorKind::kAlreadyExists:
      return "AlreadyExists";
    case ErrorKind::kPermissionDenied:
      return "PermissionDenied";
    case ErrorKind::kInvalidInput:
      return "InvalidInput";
    case ErrorKind::kSchemaMismatch:
      return "SchemaMismatch";
    case ErrorKind::kCorruption:
      return "Corruption";
    case ErrorKind::kResourceExhausted:
      return "ResourceExhausted";
    case ErrorKind::kTransient:
      return "Transient";
    case ErrorKind::kCancelled:
      return "Cancelled";
    case ErrorKind::kCommitConflict:
      return "CommitConflict";
    case ErrorKind::kCommitStateUnknown:
      return "CommitStateUnknown";
    case ErrorKind::kTooManyBadRows:
      return "TooManyBadRows";
    case ErrorKind::kUnsupported:
      return "Unsupported";
    case ErrorKind::kInternal:
      return "Internal";
  }
  return "Internal";
}

bool IsRetryable(ErrorKind kind) { return kind == ErrorKind::kTransient; }

Status MakeError(ErrorKind kind, std::string message) {
  return Status(CodeOf(kind), OneLine(std::move(message)),
                std::make_shared<KindDetail>(kind));
}

ErrorKind KindOf(const Status& status) {
  if (status.detail() != nullptr && status.detail()->type_id() == kDetailId) {
    return static_cast<const KindDetail&>(*status.detail()).kind();
  }
  switch (status.code()) {
    case arrow::StatusCode::Invalid:
      return ErrorKind::kInvalidInput;
    case arrow::StatusCode::TypeError:
      return ErrorKind::kSchemaMismatch;
    case arrow::StatusCode::OutOfMemory:
    case arrow::StatusCode::CapacityError:
      return ErrorKind::kResourceExhausted;
    case arrow::StatusCode::Cancelled:
      return ErrorKind::kCancelled;
    case arrow::StatusCode::NotImplemented:
      return ErrorKind::kUnsupported;
    default:
      return ErrorKind::kInternal;
  }
}

bool Is(const Status& status, ErrorKind kind) {
  return !status.ok() && KindOf(status) == kind;
}

Status WithContext(const Status& status, std::string_view context) {
  if (status.ok()) return status;
  return Error(KindOf(status), "{}: {}", context, status.message());
}

Status Translate(const Status& status, ErrorKind kind, std::string_view context) {
  if (status.ok()) return status;
  return Error(kind, "{}: {}", context, status.message());
}

}  // namespace howdah
