#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace howdah {

/// Collects what two sides disagree on, so that a user sees all of it at once.
/// Thread-confined.
class Disagreements {
 public:
  template <typename... Args>
  void Add(fmt::format_string<Args...> format, Args&&... args) {
    found_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  bool empty() const { return found_.empty(); }

  /// OK if there are none, else SchemaMismatch with all of them in one line.
  Status ToStatus() const;

 private:
  std::vector<std::string> found_;
};

}  // namespace howdah
