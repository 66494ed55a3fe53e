#include <arrow/array.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "schema/dictionary.h"
#include "schema/pad.h"

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;

template <typename ListArray>
ArrayPtr TakeApart(const ListArray& list, std::vector<int64_t>* offsets) {
  const auto* in = list.raw_value_offsets();
  const int64_t lists = list.length();
  offsets->assign(static_cast<size_t>(lists) + 1, 0);
  if (lists == 0) return list.values()->Slice(0, 0);
  for (int64_t i = 0; i <= lists; ++i) {
    (*offsets)[static_cast<size_t>(i)] = in[i] - in[0];
  }
  return list.values()->Slice(in[0], in[lists] - in[0]);
}

ArrayPtr TakeApart(const Array& array, std::vector<int64_t>* offsets) {
  switch (array.type_id()) {
    case arrow::Type::LIST:
      return TakeApart(static_cast<const arrow::ListArray&>(array), offsets);
    case arrow::Type::LARGE_LIST:
      return TakeApart(static_cast<const arrow::LargeListArray&>(array), offsets);
    default: {
      const auto& list = static_cast<const arrow::FixedSizeListArray&>(array);
      const int64_t size = list.list_type()->list_size();
      for (int64_t i = 0; i <= array.length(); ++i) offsets->push_back(i * size);
      return list.values()->Slice(list.value_offset(0), array.length() * size);
    }
  }
}

Status CheckNoNulls(const RaggedElements& ragged, const char* where, RowFault* fault) {
  if (ragged.values->null_count() == 0) return Status::OK();
  int64_t first = 0;
  while (!ragged.values->IsNull(first)) ++first;
  return Blame(ragged.RowOf(first), FaultCode::kNull,
               fmt::format("a null{}, which a tensor cannot hold (pad fills up lists; it "
                           "does not stand for nulls)",
                           where),
               fault);
}

}  // namespace

int64_t RaggedElements::RowOf(int64_t index, size_t level) const {
  while (level > 0) {
    const std::vector<int64_t>& starts = offsets[--level];
    index = std::upper_bound(starts.begin(), starts.end(), index) - starts.begin() - 1;
  }
  return index;
}

Result<RaggedElements> TakeRaggedApart(const ArrayPtr& column, size_t levels,
                                       RowFault* fault) {
  RaggedElements ragged{.values = StorageOf(column)};
  for (size_t level = 0; level < levels; ++level) {
    HOWDAH_RETURN_IF_ERROR(CheckNoNulls(
        ragged, level == 0 ? " in place of a list" : " in place of an inner list",
        fault));
    std::vector<int64_t> offsets;
    ragged.values = StorageOf(TakeApart(*ragged.values, &offsets));
    ragged.offsets.push_back(std::move(offsets));
  }
  if (ragged.values->type_id() == arrow::Type::DICTIONARY) {
    int64_t bad = 0;
    auto decoded =
        Decode(static_cast<const arrow::DictionaryArray&>(*ragged.values), &bad);
    if (!decoded.ok()) {
      return Blame(ragged.RowOf(bad), FaultCode::kCast, decoded.status().message(),
                   fault);
    }
    ragged.values = *decoded;
  }
  HOWDAH_RETURN_IF_ERROR(CheckNoNulls(ragged, " inside the list", fault));
  return ragged;
}

}  // namespace howdah
