#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"

namespace howdah {

/// Numbers the names of features from 0 on, in the order in which they are met.
/// Thread-confined.
class TfNames {
 public:
  /// To be called before the names of each record.
  void BeginRecord() { last_ = 0; }

  /// The number of `name`. InvalidInput: there are more than 100,000 names, or it is not
  /// UTF-8.
  Result<size_t> Number(std::string_view name) {
    // Records have the same features in the same order, mostly.
    const size_t guess = after_[last_];
    if (guess > 0 && names_[guess - 1] == name) {
      last_ = guess;
      return guess - 1;
    }
    return Find(name);
  }

  const std::string& name(size_t number) const { return names_[number]; }
  size_t size() const { return names_.size(); }

 private:
  Result<size_t> Find(std::string_view name);

  std::deque<std::string> names_;  // stay where they are
  std::unordered_map<std::string_view, size_t> numbers_;
  // By number + 1, where 0 is the beginning of a record: what came next, in the same way;
  // 0: nothing yet.
  std::vector<size_t> after_ = {0};
  size_t last_ = 0;
};

}  // namespace howdah
