#include "schema/row_path.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <algorithm>

namespace howdah {
namespace {

using Visit = std::function<Status(const arrow::Array&, const RowPath&)>;

template <typename ListArray>
ListParts TakeApart(const ListArray& list) {
  const auto* offsets = list.raw_value_offsets();
  const int64_t lists = list.length();
  ListParts parts{.starts = std::vector<int64_t>(static_cast<size_t>(lists) + 1)};
  if (lists == 0) {
    parts.elements = list.values()->Slice(0, 0);
    return parts;
  }
  for (int64_t i = 0; i <= lists; ++i) {
    parts.starts[static_cast<size_t>(i)] = offsets[i] - offsets[0];
  }
  parts.elements = list.values()->Slice(offsets[0], offsets[lists] - offsets[0]);
  return parts;
}

Status Walk(const arrow::Array& array, const RowPath& path, const Visit& visit) {
  if (array.type_id() == arrow::Type::STRUCT) {
    const auto& parent = static_cast<const arrow::StructArray&>(array);
    const RowPath below = path.Below(array, nullptr);
    for (int i = 0; i < array.num_fields(); ++i) {
      HOWDAH_RETURN_IF_ERROR(Walk(*parent.field(i), below, visit));
    }
    return Status::OK();
  }
  if (arrow::is_list_like(array.type_id())) {
    const ListParts parts = TakeListApart(array);
    return Walk(*parts.elements, path.Below(array, &parts.starts), visit);
  }
  return visit(array, path);
}

}  // namespace

ListParts TakeListApart(const arrow::Array& array) {
  switch (array.type_id()) {
    case arrow::Type::LARGE_LIST:
      return TakeApart(static_cast<const arrow::LargeListArray&>(array));
    case arrow::Type::FIXED_SIZE_LIST: {
      const auto& list = static_cast<const arrow::FixedSizeListArray&>(array);
      const int64_t size = list.list_type()->list_size();
      ListParts parts{
          .elements = list.values()->Slice(list.value_offset(0), list.length() * size)};
      for (int64_t i = 0; i <= list.length(); ++i) parts.starts.push_back(i * size);
      return parts;
    }
    default:  // a map is a list of its entries
      return TakeApart(static_cast<const arrow::ListArray&>(array));
  }
}

int64_t RowPath::RowOf(int64_t element) const {
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    if (level->starts != nullptr) {
      const std::vector<int64_t>& starts = *level->starts;
      element =
          std::upper_bound(starts.begin(), starts.end(), element) - starts.begin() - 1;
    }
    if (level->parent->IsNull(element)) return -1;
  }
  return element;
}

RowPath RowPath::Below(const arrow::Array& parent,
                       const std::vector<int64_t>* starts) const {
  RowPath below = *this;
  below.levels_.push_back({&parent, starts});
  below.has_nulls_ = has_nulls_ || parent.null_count() > 0;
  return below;
}

Status ForEachLeaf(const arrow::Array& array, const Visit& visit) {
  return Walk(array, RowPath(), visit);
}

}  // namespace howdah
