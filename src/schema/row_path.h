#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/status.h"

namespace arrow {
class Array;
}  // namespace arrow

namespace howdah {

/// Lists taken apart: what they hold, and where each begins.
struct ListParts {
  std::shared_ptr<arrow::Array> elements;
  std::vector<int64_t> starts;  ///< one more than there are lists; the first is 0
};

/// Of a list, large list, fixed size list or map. What null lists hide is among the
/// elements.
ListParts TakeListApart(const arrow::Array& array);

/// How the elements of a nested column belong to its rows.
class RowPath {
 public:
  /// The row that has `element`; -1 if a null above it hides it.
  int64_t RowOf(int64_t element) const;
  /// Whether nulls above may hide elements.
  bool has_nulls() const { return has_nulls_; }

  /// One level deeper: `parent` holds the elements, from `starts` (of a struct: none).
  /// Both must outlive the path.
  RowPath Below(const arrow::Array& parent, const std::vector<int64_t>* starts) const;

 private:
  struct Level {
    const arrow::Array* parent;
    const std::vector<int64_t>* starts;  // nullptr: element and parent are side by side
  };
  std::vector<Level> levels_;  // outermost first
  bool has_nulls_ = false;
};

/// Call `visit` for each array inside `array` that is not nested: itself, or what its
/// lists, structs and maps hold.
Status ForEachLeaf(
    const arrow::Array& array,
    const std::function<Status(const arrow::Array&, const RowPath&)>& visit);

}  // namespace howdah
