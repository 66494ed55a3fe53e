#include <utility>

#include "schema/checked_map.h"
#include "schema/scalar_cast.h"

namespace howdah {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;
using arrow::TimeUnit;

int64_t PerSecond(TimeUnit::type unit) {
  switch (unit) {
    case TimeUnit::SECOND:
      return 1;
    case TimeUnit::MILLI:
      return 1'000;
    case TimeUnit::MICRO:
      return 1'000'000;
    default:
      return 1'000'000'000;
  }
}

/// From one count of units to another that has `from` and `to` units in the same span.
template <typename From, typename To>
Result<ArrayPtr> Rescale(const arrow::Array& array, const TypePtr& type, int64_t from,
                         int64_t to, int64_t* bad_row) {
  if (to >= from) {
    const int64_t factor = to / from;
    const auto scale = [factor](From value) {
      return static_cast<int64_t>(static_cast<uint64_t>(value) *
                                  static_cast<uint64_t>(factor));
    };
    return MapChecked<From, To>(
        array, type, bad_row, [&](From value) { return static_cast<To>(scale(value)); },
        [factor](From value) {
          int64_t product = 0;
          return !__builtin_mul_overflow(int64_t{value}, factor, &product) &&
                 std::in_range<To>(product);
        },
        "is out of range in the unit that is written");
  }
  const int64_t divisor = from / to;
  return MapChecked<From, To>(
      array, type, bad_row,
      [divisor](From value) { return static_cast<To>(value / divisor); },
      [divisor](From value) {
        return value % divisor == 0 && std::in_range<To>(value / divisor);
      },
      "is not whole in the unit that is written");
}

Result<ArrayPtr> Date64ToDate32(const ArrayPtr& array, const TypePtr& type,
                                int64_t* bad_row) {
  constexpr int64_t kMillisPerDay = 86'400'000;
  return Rescale<int64_t, int32_t>(*array, type, kMillisPerDay, 1, bad_row);
}

TimeUnit::type UnitOf(const arrow::DataType& type) {
  if (type.id() == arrow::Type::TIMESTAMP) {
    return static_cast<const arrow::TimestampType&>(type).unit();
  }
  return static_cast<const arrow::TimeType&>(type).unit();
}

template <typename From, typename To>
Result<ArrayPtr> ChangeUnit(const ArrayPtr& array, const TypePtr& type,
                            int64_t* bad_row) {
  return Rescale<From, To>(*array, type, PerSecond(UnitOf(*array->type())),
                           PerSecond(UnitOf(*type)), bad_row);
}

}  // namespace

ScalarCast FindTimeCast(const arrow::DataType& from, const arrow::DataType& to) {
  using arrow::Type;
  if (from.id() == Type::DATE64 && to.id() == Type::DATE32) return &Date64ToDate32;
  if (from.id() == Type::TIMESTAMP && to.id() == Type::TIMESTAMP) {
    const bool from_instant =
        !static_cast<const arrow::TimestampType&>(from).timezone().empty();
    const bool to_instant =
        !static_cast<const arrow::TimestampType&>(to).timezone().empty();
    return from_instant == to_instant ? &ChangeUnit<int64_t, int64_t> : nullptr;
  }
  if (from.id() == Type::TIME32 && to.id() == Type::TIME32) {
    return &ChangeUnit<int32_t, int32_t>;
  }
  if (from.id() == Type::TIME32 && to.id() == Type::TIME64) {
    return &ChangeUnit<int32_t, int64_t>;
  }
  if (from.id() == Type::TIME64 && to.id() == Type::TIME32) {
    return &ChangeUnit<int64_t, int32_t>;
  }
  if (from.id() == Type::TIME64 && to.id() == Type::TIME64) {
    return &ChangeUnit<int64_t, int64_t>;
  }
  return nullptr;
}

}  // namespace howdah
