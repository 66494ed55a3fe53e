#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/float16.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "schema/binary_cast.h"
#include "schema/canonical.h"
#include "schema/checked_map.h"
#include "schema/dictionary.h"
#include "schema/scalar_cast.h"
#include "schema/utf8_check.h"
#include "schema/validity.h"

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;

/// `array` with buffers of its own: validity, then `buffers`, and `children`; offset 0.
Result<ArrayPtr> Rebuild(const Array& array, const TypePtr& type,
                         std::vector<std::shared_ptr<arrow::Buffer>> buffers,
                         std::vector<std::shared_ptr<arrow::ArrayData>> children = {}) {
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityFromZero(array));
  buffers.insert(buffers.begin(), std::move(validity));
  return arrow::MakeArray(arrow::ArrayData::Make(
      type, array.length(), std::move(buffers), std::move(children), array.null_count()));
}

template <typename From, typename To, typename Convert>
Result<ArrayPtr> Map(const Array& array, const TypePtr& type, Convert convert) {
  const From* in = array.data()->GetValues<From>(1);
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> values,
      arrow::AllocateBuffer(array.length() * static_cast<int64_t>(sizeof(To))));
  To* out = reinterpret_cast<To*>(values->mutable_data());
  for (int64_t i = 0; i < array.length(); ++i) out[i] = convert(in[i]);
  return Rebuild(array, type, {values});
}

Result<ArrayPtr> Signed64(const Array& array, const TypePtr& type, int64_t* bad_row) {
  const int64_t* values = array.data()->GetValues<int64_t>(1);
  int64_t signs = 0;  // negative once any value is
  for (int64_t i = 0; i < array.length(); ++i) signs |= values[i];
  if (signs < 0) {
    *bad_row = FirstBad(array, [&](int64_t i) { return values[i] < 0; });
    if (*bad_row >= 0) {
      return Error(ErrorKind::kInvalidInput,
                   "{} is above 2^63-1, the most an int64 holds",
                   static_cast<uint64_t>(values[*bad_row]));
    }
  }
  return WithType(array, type);
}

Result<ArrayPtr> NanosToMicros(const Array& array, const TypePtr& type,
                               int64_t* bad_row) {
  constexpr int64_t kNanosPerMicro = 1000;
  const int64_t* values = array.data()->GetValues<int64_t>(1);
  int64_t digits = 0;  // 0 as long as all are whole microseconds
  for (int64_t i = 0; i < array.length(); ++i) digits |= values[i] % kNanosPerMicro;
  if (digits != 0) {
    *bad_row =
        FirstBad(array, [&](int64_t i) { return values[i] % kNanosPerMicro != 0; });
    if (*bad_row >= 0) {
      return Error(ErrorKind::kInvalidInput,
                   "{} ns is not a whole number of microseconds, the finest unit that is "
                   "written",
                   values[*bad_row]);
    }
  }
  return Map<int64_t, int64_t>(array, type,
                               [](int64_t value) { return value / kNanosPerMicro; });
}

Result<ArrayPtr> CanonicalTime(const ArrayPtr& array, const TypePtr& type,
                               int64_t* bad_row) {
  if (array->type()->Equals(*type)) return array;
  const bool nanos = array->type_id() == arrow::Type::TIME64 ||
                     (array->type_id() == arrow::Type::TIMESTAMP &&
                      static_cast<const arrow::TimestampType&>(*array->type()).unit() ==
                          arrow::TimeUnit::NANO);
  if (nanos) return NanosToMicros(*array, type, bad_row);
  return FindTimeCast(*array->type(), *type)(array, type, bad_row);
}

Result<ArrayPtr> CheckText(const ArrayPtr& array, int64_t* bad_row) {
  *bad_row = FirstInvalidUtf8(*array);
  if (*bad_row < 0) return array;
  return Error(ErrorKind::kInvalidInput, "the text is not UTF-8");
}

template <typename ListArray>
Result<ArrayPtr> CanonicalList(const ArrayPtr& array, const TypePtr& type,
                               int64_t* bad_row) {
  using Offset = typename ListArray::offset_type;
  const auto& list = static_cast<const ListArray&>(*array);
  const int64_t rows = list.length();
  if (rows == 0) return arrow::MakeEmptyArray(type);
  const Offset* offsets = list.raw_value_offsets();
  // Only what these rows hold: the array may be a small slice of a large one.
  const ArrayPtr window = list.values()->Slice(offsets[0], offsets[rows] - offsets[0]);
  const TypePtr element = type->field(0)->type();
  Result<ArrayPtr> elements = ToCanonical(window, element, bad_row);
  if (!elements.ok()) {
    if (*bad_row >= 0) {
      const Offset* after =
          std::upper_bound(offsets, offsets + rows + 1, offsets[0] + *bad_row);
      *bad_row = after - offsets - 1;
    }
    return elements;
  }
  if (*elements == window) return array;
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> from_zero,
      arrow::AllocateBuffer((rows + 1) * static_cast<int64_t>(sizeof(Offset))));
  auto* out = reinterpret_cast<Offset*>(from_zero->mutable_data());
  for (int64_t i = 0; i <= rows; ++i) out[i] = offsets[i] - offsets[0];
  return Rebuild(list, type, {from_zero}, {(*elements)->data()});
}

template <typename ListArray, typename ViewArray>
Result<ArrayPtr> CanonicalView(const ArrayPtr& array, const TypePtr& type,
                               int64_t* bad_row) {
  ARROW_ASSIGN_OR_RAISE(const ArrayPtr list,
                        ListArray::FromListView(static_cast<const ViewArray&>(*array),
                                                arrow::default_memory_pool()));
  HOWDAH_ASSIGN_OR_RETURN(const ArrayPtr landed,
                          CanonicalList<ListArray>(list, type, bad_row));
  if (landed->type()->Equals(*type)) return landed;
  return WithType(*landed, type);  // the element's name or metadata differs
}

Result<ArrayPtr> CanonicalFixedSizeList(const ArrayPtr& array, const TypePtr& type,
                                        int64_t* bad_row) {
  const auto& list = static_cast<const arrow::FixedSizeListArray&>(*array);
  const int64_t size = list.list_type()->list_size();
  const ArrayPtr window =
      list.values()->Slice(list.value_offset(0), list.length() * size);
  Result<ArrayPtr> elements = ToCanonical(window, type->field(0)->type(), bad_row);
  if (!elements.ok()) {
    if (*bad_row >= 0) *bad_row /= size;
    return elements;
  }
  if (*elements == window) return array;
  return Rebuild(list, type, {}, {(*elements)->data()});
}

Result<ArrayPtr> CanonicalStruct(const ArrayPtr& array, const TypePtr& type,
                                 int64_t* bad_row) {
  const auto& parent = static_cast<const arrow::StructArray&>(*array);
  bool changed = false;
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (int i = 0; i < parent.num_fields(); ++i) {
    ArrayPtr child = parent.field(i);
    if (parent.null_count() > 0) {
      // What stands under a null struct is no value, so it is not checked.
      ARROW_ASSIGN_OR_RAISE(child, parent.GetFlattenedField(i));
    }
    HOWDAH_ASSIGN_OR_RETURN(ArrayPtr canonical,
                            ToCanonical(child, type->field(i)->type(), bad_row));
    changed |= canonical != child;
    children.push_back(canonical->data());
    if (!type->field(i)->nullable() && children.back()->buffers[0] != nullptr) {
      children.back() = children.back()->Copy();
      children.back()->buffers[0] = nullptr;
      children.back()->null_count = 0;
    }
  }
  if (!changed) return array;
  return Rebuild(parent, type, {}, std::move(children));
}

}  // namespace

Result<ArrayPtr> ToCanonical(const ArrayPtr& array, const TypePtr& type,
                             int64_t* bad_row) {
  using arrow::Type;
  switch (array->type_id()) {
    case Type::UINT32:
      return Map<uint32_t, int64_t>(*array, type, [](uint32_t value) { return value; });
    case Type::UINT64:
      return Signed64(*array, type, bad_row);
    case Type::HALF_FLOAT:
      return Map<uint16_t, float>(*array, type, [](uint16_t bits) {
        return arrow::util::Float16::FromBits(bits).ToFloat();
      });
    case Type::DATE64:
    case Type::TIME32:
    case Type::TIME64:
    case Type::TIMESTAMP:
      return CanonicalTime(array, type, bad_row);
    case Type::STRING:
    case Type::LARGE_STRING:
      return CheckText(array, bad_row);
    case Type::STRING_VIEW: {
      HOWDAH_ASSIGN_OR_RETURN(const ArrayPtr text, NarrowBinary(array));
      return CheckText(text, bad_row);
    }
    case Type::BINARY_VIEW:
      return NarrowBinary(array);
    case Type::DICTIONARY: {
      const auto& dictionary = static_cast<const arrow::DictionaryArray&>(*array);
      HOWDAH_ASSIGN_OR_RETURN(const ArrayPtr values, Decode(dictionary, bad_row));
      return ToCanonical(values, type, bad_row);
    }
    case Type::EXTENSION:
      return ToCanonical(static_cast<const arrow::ExtensionArray&>(*array).storage(),
                         type, bad_row);
    case Type::LIST_VIEW:
      return CanonicalView<arrow::ListArray, arrow::ListViewArray>(array, type, bad_row);
    case Type::LARGE_LIST_VIEW:
      return CanonicalView<arrow::LargeListArray, arrow::LargeListViewArray>(array, type,
                                                                             bad_row);
    case Type::LIST:
      return CanonicalList<arrow::ListArray>(array, type, bad_row);
    case Type::LARGE_LIST:
      return CanonicalList<arrow::LargeListArray>(array, type, bad_row);
    case Type::MAP:
      return CanonicalList<arrow::MapArray>(array, type, bad_row);
    case Type::FIXED_SIZE_LIST:
      return CanonicalFixedSizeList(array, type, bad_row);
    case Type::STRUCT:
      return CanonicalStruct(array, type, bad_row);
    default:
      return array;
  }
}

}  // namespace howdah
