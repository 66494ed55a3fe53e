#include "schema/disagreements.h"

namespace howdah {

Status Disagreements::ToStatus() const {
  constexpr size_t kMost = 20;  // a message must stay readable
  if (found_.empty()) return Status::OK();
  if (found_.size() == 1) return MakeError(ErrorKind::kSchemaMismatch, found_.front());
  std::string text = fmt::format("{} things do not fit: ", found_.size());
  for (size_t i = 0; i < found_.size() && i < kMost; ++i) {
    text += fmt::format("{}({}) {}", i == 0 ? "" : "; ", i + 1, found_[i]);
  }
  if (found_.size() > kMost) text += fmt::format("; … ({} more)", found_.size() - kMost);
  return MakeError(ErrorKind::kSchemaMismatch, std::move(text));
}

}  // namespace howdah
