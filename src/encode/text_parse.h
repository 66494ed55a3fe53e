#pragma once

#include <arrow/builder.h>
#include <arrow/type.h>

#include <memory>
#include <string_view>
#include <type_traits>

#include "base/status.h"

namespace howdah {

/// Append what `text` says to `builder`, of a type that is not nested, as MakeTextColumn
/// writes it. Corruption: it says no such value (a clause).
Status AppendText(std::string_view text, arrow::ArrayBuilder* builder);

/// Whether the last list of `builder` has as many elements as its type says. Corruption:
/// a clause.
template <typename ListBuilder>
Status CheckListSize(const ListBuilder& builder) {
  if constexpr (std::is_same_v<ListBuilder, arrow::FixedSizeListBuilder>) {
    const std::shared_ptr<arrow::DataType> type = builder.type();
    const int size = static_cast<const arrow::FixedSizeListType&>(*type).list_size();
    if (builder.value_builder()->length() != builder.length() * size) {
      return Error(ErrorKind::kCorruption, "a list does not have {} elements", size);
    }
  }
  return Status::OK();
}

}  // namespace howdah
