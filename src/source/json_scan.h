#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "source/json_shape.h"

namespace howdah {

/// Reads lines of JSON for what they hold, without keeping values. A line that is not
/// blank must be one object (https://jsonlines.org; the JSON of RFC 8259).
/// Thread-confined.
class JsonScan {
 public:
  /// `columns`: those whose types count; of the others only the syntax is looked at.
  /// Empty: all. Both must outlive the scan.
  JsonScan(const std::string& file, std::span<const std::string> columns)
      : file_(file), columns_(columns) {}

  /// Go through `text`, which begins and ends between lines.
  /// \return how many objects it holds.
  /// Corruption names file, line and column: no JSON, another value than an object, a
  /// name twice in an object, values of different types in a column, text that is not
  /// UTF-8, nesting beyond 100 levels, more than 100,000 names in a column's objects.
  Result<int64_t> Scan(std::string_view text);

  /// What the columns' fields have been so far, in the order of their first sight.
  /// Columns that do not count have type null.
  const JsonShape& shape() const { return shape_; }

 private:
  Status ScanLine(std::string_view line);

  const std::string& file_;
  const std::span<const std::string> columns_;
  JsonShape shape_;
  int64_t line_ = 0;     // lines so far
  int64_t objects_ = 0;  // objects that were begun so far, nested ones too
};

}  // namespace howdah
