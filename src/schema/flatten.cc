#include "schema/flatten.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>

#include "schema/dictionary.h"
#include "types/tensor.h"

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;

/// \param per_row  elements of `array` that one row of the column has.
Status CheckNoNulls(const Array& array, int64_t per_row, std::string_view where,
                    RowFault* fault) {
  if (array.null_count() == 0) return Status::OK();
  int64_t first = 0;
  while (!array.IsNull(first)) ++first;
  return Blame(first / per_row, FaultCode::kNull,
               fmt::format("a null{}, which a tensor cannot hold", where), fault);
}

struct Level {
  ArrayPtr elements;
  int64_t length = 0;
};

/// The elements of lists that should all have `length` elements.
template <typename ListArray>
Result<Level> TakeListApart(const ListArray& list, int64_t length, int64_t per_row,
                            const std::string& advice, RowFault* fault) {
  const int64_t lists = list.length();
  if (lists == 0) {
    return Level{list.values()->Slice(0, 0), length == kUnknownDim ? 0 : length};
  }
  const auto* offsets = list.raw_value_offsets();
  const bool known = length != kUnknownDim;
  if (!known) length = offsets[1] - offsets[0];
  bool equal = true;
  for (int64_t i = 0; i < lists; ++i) equal &= offsets[i + 1] - offsets[i] == length;
  if (!equal) {
    int64_t first = 0;
    while (offsets[first + 1] - offsets[first] == length) ++first;
    const int64_t row = first / per_row, got = offsets[first + 1] - offsets[first];
    const std::string end = advice.empty() ? "" : "; " + advice;
    if (known) {
      return Blame(row, FaultCode::kLength,
                   fmt::format("a list of {} elements, expected {}{}", got, length, end),
                   fault);
    }
    return Error(ErrorKind::kInvalidInput,
                 "a list of {} elements in row {}, expected {} as in the batch's first "
                 "row{}",
                 got, row, length, end);
  }
  return Level{list.values()->Slice(offsets[0], offsets[lists] - offsets[0]), length};
}

Result<Level> TakeListApart(const Array& array, int64_t length, int64_t per_row,
                            const std::string& advice, RowFault* fault) {
  switch (array.type_id()) {
    case arrow::Type::LIST:
      return TakeListApart(static_cast<const arrow::ListArray&>(array), length, per_row,
                           advice, fault);
    case arrow::Type::LARGE_LIST:
      return TakeListApart(static_cast<const arrow::LargeListArray&>(array), length,
                           per_row, advice, fault);
    default: {
      const auto& list = static_cast<const arrow::FixedSizeListArray&>(array);
      const int64_t size = list.list_type()->list_size();
      return Level{list.values()->Slice(list.value_offset(0), array.length() * size),
                   size};
    }
  }
}

}  // namespace

ArrayPtr StorageOf(ArrayPtr array) {
  while (array->type_id() == arrow::Type::EXTENSION) {
    array = static_cast<const arrow::ExtensionArray&>(*array).storage();
  }
  return array;
}

NestedType TakeApart(const std::shared_ptr<arrow::DataType>& type) {
  NestedType nested{.element = type};
  while (true) {
    const arrow::DataType& element = *nested.element;
    switch (element.id()) {
      case arrow::Type::EXTENSION:
        nested.element = static_cast<const arrow::ExtensionType&>(element).storage_type();
        continue;
      case arrow::Type::LIST:
      case arrow::Type::LARGE_LIST:
        nested.lengths.push_back(kUnknownDim);
        break;
      case arrow::Type::FIXED_SIZE_LIST:
        nested.lengths.push_back(
            static_cast<const arrow::FixedSizeListType&>(element).list_size());
        break;
      default:
        return nested;
    }
    nested.element = element.field(0)->type();
  }
}

Result<Elements> Flatten(const ArrayPtr& column, const std::vector<int64_t>& lengths,
                         const std::string& advice, RowFault* fault) {
  Elements elements{.values = StorageOf(column)};
  for (const int64_t length : lengths) {
    HOWDAH_RETURN_IF_ERROR(CheckNoNulls(
        *elements.values, elements.per_row,
        elements.lengths.empty() ? " in place of a list" : " in place of an inner list",
        fault));
    HOWDAH_ASSIGN_OR_RETURN(Level level, TakeListApart(*elements.values, length,
                                                       elements.per_row, advice, fault));
    elements.values = StorageOf(level.elements);
    elements.lengths.push_back(level.length);
    if (__builtin_mul_overflow(elements.per_row, level.length, &elements.per_row)) {
      return Error(ErrorKind::kInvalidInput,
                   "more elements in a row than can be counted");
    }
  }
  if (elements.values->type_id() == arrow::Type::DICTIONARY) {
    int64_t bad = 0;
    auto decoded =
        Decode(static_cast<const arrow::DictionaryArray&>(*elements.values), &bad);
    if (!decoded.ok()) {
      return Blame(bad / elements.per_row, FaultCode::kCast, decoded.status().message(),
                   fault);
    }
    elements.values = *decoded;
  }
  HOWDAH_RETURN_IF_ERROR(CheckNoNulls(*elements.values, elements.per_row,
                                      lengths.empty() ? "" : " inside the list", fault));
  return elements;
}

}  // namespace howdah
