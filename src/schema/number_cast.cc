#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "schema/checked_map.h"
#include "schema/scalar_cast.h"

namespace howdah {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;

template <typename From, typename To>
Result<ArrayPtr> IntegerToInteger(const ArrayPtr& array, const TypePtr& type,
                                  int64_t* bad_row) {
  return MapChecked<From, To>(
      *array, type, bad_row, [](From value) { return static_cast<To>(value); },
      [](From value) { return std::in_range<To>(value); },
      sizeof(To) == sizeof(int32_t) ? "is outside the range of int (-2^31 to 2^31-1)"
                                    : "is outside the range of long (-2^63 to 2^63-1)");
}

/// True if a floating type with `digits` binary digits holds `value`, which is then at
/// most 2^64 and so in the range of float.
template <typename From>
bool IsHeld(From value, int digits) {
  if constexpr (sizeof(From) < sizeof(int32_t)) return true;  // of at most 16 digits
  const auto bits = static_cast<uint64_t>(value);             // sign-extended
  const uint64_t magnitude = value < 0 ? uint64_t{0} - bits : bits;
  const uint64_t all_up_to = uint64_t{1} << digits;
  return magnitude <= all_up_to || (magnitude >> std::countr_zero(magnitude)) < all_up_to;
}

template <typename From, typename To>
Result<ArrayPtr> IntegerToFloat(const ArrayPtr& array, const TypePtr& type,
                                int64_t* bad_row) {
  return MapChecked<From, To>(
      *array, type, bad_row, [](From value) { return static_cast<To>(value); },
      [](From value) { return IsHeld(value, std::numeric_limits<To>::digits); },
      sizeof(To) == sizeof(float) ? "has more digits than a float holds"
                                  : "has more digits than a double holds");
}

Result<ArrayPtr> Widen(const ArrayPtr& array, const TypePtr& type, int64_t* bad_row) {
  return MapChecked<float, double>(
      *array, type, bad_row, [](float value) { return double{value}; },
      [](float) { return true; }, "");
}

Result<ArrayPtr> Round(const ArrayPtr& array, const TypePtr& type, int64_t* bad_row) {
  return MapChecked<double, float>(
      *array, type, bad_row, [](double value) { return static_cast<float>(value); },
      [](double value) {
        return !std::isinf(static_cast<float>(value)) || std::isinf(value);
      },
      "would become infinite as a float");
}

template <typename From>
ScalarCast FromInteger(const arrow::DataType& to) {
  switch (to.id()) {
    case arrow::Type::INT8:
      return &IntegerToInteger<From, int8_t>;
    case arrow::Type::INT16:
      return &IntegerToInteger<From, int16_t>;
    case arrow::Type::INT32:
      return &IntegerToInteger<From, int32_t>;
    case arrow::Type::INT64:
      return &IntegerToInteger<From, int64_t>;
    case arrow::Type::FLOAT:
      return &IntegerToFloat<From, float>;
    case arrow::Type::DOUBLE:
      return &IntegerToFloat<From, double>;
    default:
      return nullptr;
  }
}

}  // namespace

ScalarCast FindNumberCast(const arrow::DataType& from, const arrow::DataType& to) {
  switch (from.id()) {
    case arrow::Type::INT8:
      return FromInteger<int8_t>(to);
    case arrow::Type::UINT8:
      return FromInteger<uint8_t>(to);
    case arrow::Type::INT16:
      return FromInteger<int16_t>(to);
    case arrow::Type::UINT16:
      return FromInteger<uint16_t>(to);
    case arrow::Type::INT32:
      return FromInteger<int32_t>(to);
    case arrow::Type::INT64:
      return FromInteger<int64_t>(to);
    case arrow::Type::FLOAT:
      return to.id() == arrow::Type::DOUBLE ? &Widen : nullptr;
    case arrow::Type::DOUBLE:
      return to.id() == arrow::Type::FLOAT ? &Round : nullptr;
    default:
      return nullptr;
  }
}

}  // namespace howdah
