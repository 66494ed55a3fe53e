#include "schema/scalar_cast.h"

#include <arrow/type_traits.h>

#include <cstring>
#include <utility>

#include "schema/binary_cast.h"
#include "schema/checked_map.h"
#include "schema/utf8_check.h"

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;
using arrow::Type;

/// The same bytes under another type.
Result<ArrayPtr> Relabel(const ArrayPtr& array, const TypePtr& type,
                         int64_t* /*bad_row*/) {
  return WithType(*array, type);
}

bool IsText(Type::type id) { return id == Type::STRING || id == Type::LARGE_STRING; }

Result<ArrayPtr> BinaryToBinary(const ArrayPtr& array, const TypePtr& type,
                                int64_t* bad_row) {
  ArrayPtr narrow = array;
  if (arrow::is_large_binary_like(array->type_id())) {
    HOWDAH_ASSIGN_OR_RETURN(narrow, NarrowBinary(array));
  }
  if (IsText(type->id()) && !IsText(array->type_id())) {
    *bad_row = FirstInvalidUtf8(*narrow);
    if (*bad_row >= 0) {
      return Error(ErrorKind::kInvalidInput,
                   "the text is not UTF-8; declare the column as bytes");
    }
  }
  return Relabel(narrow, type, bad_row);
}

template <typename BinaryArray>
Result<ArrayPtr> ToFixed(const ArrayPtr& array, const TypePtr& type, int64_t* bad_row) {
  const auto& binary = static_cast<const BinaryArray&>(*array);
  const auto width = static_cast<size_t>(
      static_cast<const arrow::FixedSizeBinaryType&>(*type).byte_width());
  const auto view = [&](int64_t i) {
    return binary.IsNull(i) ? std::string_view() : std::string_view(binary.GetView(i));
  };
  *bad_row = FirstBad(*array, [&](int64_t i) { return view(i).size() != width; });
  if (*bad_row >= 0) {
    return Error(ErrorKind::kInvalidInput, "{} bytes, but the schema declares fixed({})",
                 view(*bad_row).size(), width);
  }
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> values,
      arrow::AllocateBuffer(array->length() * static_cast<int64_t>(width)));
  std::memset(values->mutable_data(), 0, static_cast<size_t>(values->size()));
  for (int64_t i = 0; i < array->length(); ++i) {
    const std::string_view value = view(i);
    if (value.empty()) continue;
    std::memcpy(values->mutable_data() + (i * static_cast<int64_t>(width)), value.data(),
                width);
  }
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityFromZero(*array));
  return arrow::MakeArray(arrow::ArrayData::Make(type, array->length(),
                                                 {std::move(validity), std::move(values)},
                                                 array->null_count()));
}

Result<ArrayPtr> FromFixed(const ArrayPtr& array, const TypePtr& type, int64_t* bad_row) {
  const auto& fixed = static_cast<const arrow::FixedSizeBinaryArray&>(*array);
  const int64_t width = fixed.byte_width(), rows = fixed.length();
  if (width * rows > std::numeric_limits<int32_t>::max()) {
    *bad_row = -1;
    return Error(ErrorKind::kInvalidInput,
                 "a batch holds {} bytes, more than 2 GiB; lower model.batch_rows",
                 width * rows);
  }
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> offsets,
      arrow::AllocateBuffer((rows + 1) * static_cast<int64_t>(sizeof(int32_t))));
  auto* out = reinterpret_cast<int32_t*>(offsets->mutable_data());
  for (int64_t i = 0; i <= rows; ++i) out[i] = static_cast<int32_t>(i * width);
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityFromZero(fixed));
  const auto values =
      arrow::SliceBuffer(fixed.data()->buffers[1], fixed.offset() * width, rows * width);
  return arrow::MakeArray(arrow::ArrayData::Make(
      type, rows, {std::move(validity), std::move(offsets), values}, fixed.null_count()));
}

ScalarCast FindBinaryCast(const arrow::DataType& from, const arrow::DataType& to) {
  const bool from_binary = arrow::is_base_binary_like(from.id());
  const bool to_binary = arrow::is_base_binary_like(to.id());
  if (from_binary && to_binary) return &BinaryToBinary;
  if (from.id() == Type::BINARY && to.id() == Type::FIXED_SIZE_BINARY) {
    return &ToFixed<arrow::BinaryArray>;
  }
  if (from.id() == Type::LARGE_BINARY && to.id() == Type::FIXED_SIZE_BINARY) {
    return &ToFixed<arrow::LargeBinaryArray>;
  }
  if (from.id() == Type::FIXED_SIZE_BINARY && to.id() == Type::BINARY) return &FromFixed;
  return nullptr;
}

/// Decimals of 128 bits with the same digits behind the point, and no fewer before it.
bool IsWiderDecimal(const arrow::DataType& from, const arrow::DataType& to) {
  if (from.id() != Type::DECIMAL128 || to.id() != Type::DECIMAL128) return false;
  const auto& a = static_cast<const arrow::DecimalType&>(from);
  const auto& b = static_cast<const arrow::DecimalType&>(to);
  return a.scale() == b.scale() && a.precision() <= b.precision();
}

}  // namespace

ScalarCast FindScalarCast(const arrow::DataType& from, const arrow::DataType& to) {
  if (from.Equals(to) || IsWiderDecimal(from, to)) return &Relabel;
  if (const ScalarCast cast = FindNumberCast(from, to)) return cast;
  if (const ScalarCast cast = FindTimeCast(from, to)) return cast;
  return FindBinaryCast(from, to);
}

}  // namespace howdah
