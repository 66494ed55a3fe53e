#include "schema/rounding_cast.h"

#include <arrow/array.h>
#include <arrow/util/float16.h>

#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;
using arrow::util::Float16;

struct Half {
  using Stored = uint16_t;
  template <typename From>
  static Stored Round(From value) {
    // Integers that double does not hold are far above the largest half.
    return Float16::FromDouble(static_cast<double>(value)).bits();
  }
  static bool IsInfinite(Stored bits) { return (bits & 0x7FFF) == 0x7C00; }
};

/// The upper half of a float.
struct Bfloat16 {
  using Stored = uint16_t;
  template <typename From>
  static Stored Round(From value) {
    constexpr uint32_t kTie = 0x8000, kQuiet = 0x0040;
    const auto rounded = static_cast<float>(value);
    const auto bits = std::bit_cast<uint32_t>(rounded);
    const uint32_t upper = bits >> 16, lower = bits & 0xFFFF;
    if (std::isnan(rounded)) return static_cast<Stored>(upper | kQuiet);
    bool up = lower > kTie || (lower == kTie && (upper & 1) != 0);
    if (lower == kTie) {
      // Only a tie of `value` itself is a tie: the float may have been rounded to one.
      const auto exact = std::abs(static_cast<long double>(value));
      const auto seen = std::abs(static_cast<long double>(rounded));
      if (exact != seen) up = exact > seen;
    }
    return static_cast<Stored>(upper + (up ? 1 : 0));
  }
  static bool IsInfinite(Stored bits) { return (bits & 0x7FFF) == 0x7F80; }
};

template <typename To>
struct Plain {
  using Stored = To;
  template <typename From>
  static Stored Round(From value) {
    return static_cast<To>(value);
  }
  static bool IsInfinite(Stored value) { return std::isinf(value); }
};

Result<ArrayPtr> Finish(DType dtype, int64_t length,
                        std::shared_ptr<arrow::Buffer> values) {
  return arrow::MakeArray(
      arrow::ArrayData::Make(ValueType(dtype), length, {nullptr, std::move(values)}, 0));
}

template <typename From>
bool IsFinite(From value) {
  if constexpr (std::is_floating_point_v<From>) return std::isfinite(value);
  return true;
}

template <typename From, typename To>
Result<ArrayPtr> ToFloating(const ArrayPtr& elements, DType dtype, Misfit* misfit) {
  using Stored = typename To::Stored;
  const int64_t length = elements->length();
  const From* in = elements->data()->GetValues<From>(1);
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> values,
      arrow::AllocateBuffer(length * static_cast<int64_t>(sizeof(Stored))));
  auto* out = reinterpret_cast<Stored*>(values->mutable_data());
  bool infinite = false;
  for (int64_t i = 0; i < length; ++i) {
    out[i] = To::Round(in[i]);
    infinite |= To::IsInfinite(out[i]);
  }
  for (int64_t i = 0; infinite && i < length; ++i) {
    if (To::IsInfinite(out[i]) && IsFinite(in[i])) {
      *misfit = {.index = i,
                 .value = fmt::format("{}", in[i]),
                 .verb = "is beyond the range of"};
      return nullptr;
    }
  }
  return Finish(dtype, length, std::move(values));
}

template <typename To>
Result<ArrayPtr> ToInteger(const ArrayPtr& elements, DType dtype, Misfit* misfit) {
  constexpr auto kLeast = static_cast<double>(std::numeric_limits<To>::min());
  const double above = std::ldexp(1.0, std::numeric_limits<To>::digits);
  const int64_t length = elements->length();
  const auto* in = elements->data()->GetValues<double>(1);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values,
                        arrow::AllocateBuffer(length * static_cast<int64_t>(sizeof(To))));
  auto* out = reinterpret_cast<To*>(values->mutable_data());
  for (int64_t i = 0; i < length; ++i) {
    const bool in_range = in[i] >= kLeast && in[i] < above;  // not NaN, either
    if (!in_range || std::trunc(in[i]) != in[i]) {
      const char* verb = std::isfinite(in[i]) && !in_range
                             ? "is beyond the range of"
                             : "is not a whole number, which is expected by";
      *misfit = {.index = i, .value = fmt::format("{}", in[i]), .verb = verb};
      return nullptr;
    }
    out[i] = static_cast<To>(in[i]);
  }
  return Finish(dtype, length, std::move(values));
}

template <typename From>
ElementCast FindToFloating(DType dtype) {
  switch (dtype) {
    case DType::kHalf:
      return &ToFloating<From, Half>;
    case DType::kBfloat16:
      return &ToFloating<From, Bfloat16>;
    case DType::kFloat:
      return &ToFloating<From, Plain<float>>;
    case DType::kDouble:
      return &ToFloating<From, Plain<double>>;
    default:
      return nullptr;
  }
}

ElementCast FindToInteger(DType dtype) {
  switch (dtype) {
    case DType::kInt8:
      return &ToInteger<int8_t>;
    case DType::kUint8:
      return &ToInteger<uint8_t>;
    case DType::kInt16:
      return &ToInteger<int16_t>;
    case DType::kUint16:
      return &ToInteger<uint16_t>;
    case DType::kInt32:
      return &ToInteger<int32_t>;
    case DType::kUint32:
      return &ToInteger<uint32_t>;
    case DType::kInt64:
      return &ToInteger<int64_t>;
    case DType::kUint64:
      return &ToInteger<uint64_t>;
    default:
      return nullptr;
  }
}

}  // namespace

ElementCast FindRoundingCast(const arrow::DataType& type, DType dtype) {
  switch (type.id()) {
    case arrow::Type::DOUBLE: {
      if (dtype == DType::kDouble) return nullptr;  // the same bits
      const ElementCast cast = FindToFloating<double>(dtype);
      return cast != nullptr ? cast : FindToInteger(dtype);
    }
    case arrow::Type::FLOAT:
      if (dtype == DType::kFloat || dtype == DType::kDouble) return nullptr;  // exact
      return FindToFloating<float>(dtype);
    case arrow::Type::INT64:
      return FindToFloating<int64_t>(dtype);
    case arrow::Type::UINT64:
      return FindToFloating<uint64_t>(dtype);
    default:
      return nullptr;
  }
}

}  // namespace howdah
