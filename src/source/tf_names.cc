#include "source/tf_names.h"

#include <arrow/util/utf8.h>

namespace howdah {

Result<size_t> TfNames::Find(std::string_view name) {
  constexpr size_t kMostNames = 100'000;
  const auto found = numbers_.find(name);
  size_t number = names_.size();
  if (found != numbers_.end()) {
    number = found->second;
  } else {
    if (names_.size() == kMostNames) {
      return Error(ErrorKind::kInvalidInput,
                   "has feature number {} by name, the most is {}", kMostNames + 1,
                   kMostNames);
    }
    arrow::util::InitializeUTF8();
    if (!arrow::util::ValidateUTF8(name)) {
      return Error(ErrorKind::kInvalidInput, "has a feature whose name is not UTF-8");
    }
    numbers_.emplace(names_.emplace_back(name), number);
    after_.push_back(0);
  }
  after_[last_] = number + 1;
  last_ = number + 1;
  return number;
}

}  // namespace howdah
