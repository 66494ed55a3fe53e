#include "schema/element_cast.h"

#include <arrow/array.h>
#include <arrow/type_traits.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/float16.h>

#include <bit>
#include <limits>
#include <utility>

#include "schema/binary_cast.h"

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;
using arrow::util::Float16;

struct Half {};
struct Bfloat16 {};

/// How tensor elements of dtype type `To` are stored, and the integers that they hold
/// exactly: those whose digits, without trailing zeros, are no more than `kDigits`, up to
/// `kMost`.
template <typename To>
struct FloatTraits {
  using Stored = To;
  static constexpr int kDigits = std::numeric_limits<To>::digits;
  static constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  template <typename From>
  static Stored Store(From value) {
    return static_cast<To>(value);
  }
};

template <>
struct FloatTraits<Half> {
  using Stored = uint16_t;
  static constexpr int kDigits = 11;
  static constexpr uint64_t kMost = 65504;
  template <typename From>
  static Stored Store(From value) {
    return Float16::FromFloat(static_cast<float>(value)).bits();
  }
};

template <>
struct FloatTraits<Bfloat16> {
  using Stored = uint16_t;
  static constexpr int kDigits = 8;
  static constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  template <typename From>
  static Stored Store(From value) {
    return static_cast<uint16_t>(std::bit_cast<uint32_t>(static_cast<float>(value)) >>
                                 16);
  }
};

Result<std::shared_ptr<arrow::Buffer>> Allocate(int64_t elements, size_t width) {
  return arrow::AllocateBuffer(elements * static_cast<int64_t>(width));
}

ArrayPtr Finish(DType dtype, int64_t length, std::shared_ptr<arrow::Buffer> values) {
  return arrow::MakeArray(
      arrow::ArrayData::Make(ValueType(dtype), length, {nullptr, std::move(values)}, 0));
}

Result<ArrayPtr> Share(const ArrayPtr& elements, DType, Misfit*) { return elements; }

template <typename From, typename To>
Result<ArrayPtr> IntegerToInteger(const ArrayPtr& elements, DType dtype, Misfit* misfit) {
  const int64_t length = elements->length();
  const From* in = elements->data()->GetValues<From>(1);
  ARROW_ASSIGN_OR_RAISE(auto values, Allocate(length, sizeof(To)));
  To* out = reinterpret_cast<To*>(values->mutable_data());
  bool fits = true;
  for (int64_t i = 0; i < length; ++i) {
    out[i] = static_cast<To>(in[i]);
    fits &= std::in_range<To>(in[i]);
  }
  if (!fits) {
    int64_t i = 0;
    while (std::in_range<To>(in[i])) ++i;
    misfit->index = i;
    misfit->value = fmt::format("{}", in[i]);
    return nullptr;
  }
  return Finish(dtype, length, std::move(values));
}

template <typename From>
uint64_t Magnitude(From value) {
  const auto bits = static_cast<uint64_t>(value);  // sign-extended
  return value < 0 ? uint64_t{0} - bits : bits;
}

template <typename From, typename To>
Result<ArrayPtr> IntegerToFloat(const ArrayPtr& elements, DType dtype, Misfit* misfit) {
  using Traits = FloatTraits<To>;
  const int64_t length = elements->length();
  const From* in = elements->data()->GetValues<From>(1);
  ARROW_ASSIGN_OR_RAISE(auto values, Allocate(length, sizeof(typename Traits::Stored)));
  auto* out = reinterpret_cast<typename Traits::Stored*>(values->mutable_data());
  constexpr uint64_t kAllUpTo = uint64_t{1} << Traits::kDigits;  // each of these is held
  bool small = true;
  for (int64_t i = 0; i < length; ++i) {
    out[i] = Traits::Store(in[i]);
    small &= Magnitude(in[i]) <= kAllUpTo;
  }
  if (!small) {
    for (int64_t i = 0; i < length; ++i) {
      const uint64_t magnitude = Magnitude(in[i]);
      if (magnitude <= kAllUpTo) continue;
      const bool held = magnitude <= Traits::kMost &&
                        (magnitude >> std::countr_zero(magnitude)) < kAllUpTo;
      if (!held) {
        misfit->index = i;
        misfit->value = fmt::format("{}", in[i]);
        return nullptr;
      }
    }
  }
  return Finish(dtype, length, std::move(values));
}

template <typename To>
Result<ArrayPtr> BoolToInteger(const ArrayPtr& elements, DType dtype, Misfit*) {
  const int64_t length = elements->length();
  const uint8_t* bits = elements->data()->GetValues<uint8_t>(1, 0);
  const int64_t offset = elements->offset();
  ARROW_ASSIGN_OR_RAISE(auto values, Allocate(length, sizeof(To)));
  To* out = reinterpret_cast<To*>(values->mutable_data());
  for (int64_t i = 0; i < length; ++i) {
    out[i] = static_cast<To>(arrow::bit_util::GetBit(bits, offset + i));
  }
  return Finish(dtype, length, std::move(values));
}

template <typename To>
Result<ArrayPtr> HalfToFloat(const ArrayPtr& elements, DType dtype, Misfit*) {
  const int64_t length = elements->length();
  const uint16_t* in = elements->data()->GetValues<uint16_t>(1);
  ARROW_ASSIGN_OR_RAISE(auto values, Allocate(length, sizeof(To)));
  To* out = reinterpret_cast<To*>(values->mutable_data());
  for (int64_t i = 0; i < length; ++i) {
    out[i] = static_cast<To>(Float16::FromBits(in[i]).ToFloat());
  }
  return Finish(dtype, length, std::move(values));
}

Result<ArrayPtr> FloatToDouble(const ArrayPtr& elements, DType dtype, Misfit*) {
  const int64_t length = elements->length();
  const float* in = elements->data()->GetValues<float>(1);
  ARROW_ASSIGN_OR_RAISE(auto values, Allocate(length, sizeof(double)));
  double* out = reinterpret_cast<double*>(values->mutable_data());
  for (int64_t i = 0; i < length; ++i) out[i] = in[i];
  return Finish(dtype, length, std::move(values));
}

Result<ArrayPtr> Narrow(const ArrayPtr& elements, DType, Misfit*) {
  return NarrowBinary(elements);
}

template <typename From>
ElementCast FromInteger(DType dtype) {
  switch (dtype) {
    case DType::kInt8:
      return &IntegerToInteger<From, int8_t>;
    case DType::kUint8:
      return &IntegerToInteger<From, uint8_t>;
    case DType::kInt16:
      return &IntegerToInteger<From, int16_t>;
    case DType::kUint16:
      return &IntegerToInteger<From, uint16_t>;
    case DType::kInt32:
      return &IntegerToInteger<From, int32_t>;
    case DType::kUint32:
      return &IntegerToInteger<From, uint32_t>;
    case DType::kInt64:
      return &IntegerToInteger<From, int64_t>;
    case DType::kUint64:
      return &IntegerToInteger<From, uint64_t>;
    case DType::kHalf:
      return &IntegerToFloat<From, Half>;
    case DType::kBfloat16:
      return &IntegerToFloat<From, Bfloat16>;
    case DType::kFloat:
      return &IntegerToFloat<From, float>;
    case DType::kDouble:
      return &IntegerToFloat<From, double>;
    default:
      return nullptr;
  }
}

ElementCast FromBool(DType dtype) {
  switch (dtype) {
    case DType::kInt8:
      return &BoolToInteger<int8_t>;
    case DType::kUint8:
      return &BoolToInteger<uint8_t>;
    case DType::kInt16:
      return &BoolToInteger<int16_t>;
    case DType::kUint16:
      return &BoolToInteger<uint16_t>;
    case DType::kInt32:
      return &BoolToInteger<int32_t>;
    case DType::kUint32:
      return &BoolToInteger<uint32_t>;
    case DType::kInt64:
      return &BoolToInteger<int64_t>;
    case DType::kUint64:
      return &BoolToInteger<uint64_t>;
    default:
      return nullptr;
  }
}

}  // namespace

ElementCast FindElementCast(const arrow::DataType& type, DType dtype) {
  if (!IsSupported(dtype)) return nullptr;
  // The stored type of bfloat16 is uint16, but a uint16 column holds numbers.
  if (dtype != DType::kBfloat16 && type.Equals(*ValueType(dtype))) return &Share;
  switch (type.id()) {
    case arrow::Type::BOOL:
      return FromBool(dtype);
    case arrow::Type::INT8:
      return FromInteger<int8_t>(dtype);
    case arrow::Type::UINT8:
      return FromInteger<uint8_t>(dtype);
    case arrow::Type::INT16:
      return FromInteger<int16_t>(dtype);
    case arrow::Type::UINT16:
      return FromInteger<uint16_t>(dtype);
    case arrow::Type::INT32:
      return FromInteger<int32_t>(dtype);
    case arrow::Type::UINT32:
      return FromInteger<uint32_t>(dtype);
    case arrow::Type::INT64:
      return FromInteger<int64_t>(dtype);
    case arrow::Type::UINT64:
      return FromInteger<uint64_t>(dtype);
    case arrow::Type::HALF_FLOAT:
      if (dtype == DType::kFloat) return &HalfToFloat<float>;
      return dtype == DType::kDouble ? &HalfToFloat<double> : nullptr;
    case arrow::Type::FLOAT:
      return dtype == DType::kDouble ? &FloatToDouble : nullptr;
    case arrow::Type::STRING:
      return dtype == DType::kString ? &Share : nullptr;
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
      return dtype == DType::kString ? &Narrow : nullptr;
    default:
      return nullptr;
  }
}

std::string CastAdvice(const arrow::DataType& type, DType dtype) {
  const bool to_float = dtype == DType::kFloat || dtype == DType::kDouble ||
                        dtype == DType::kHalf || dtype == DType::kBfloat16;
  if (arrow::is_floating(type.id())) {
    return to_float ? "digits could be lost: ask for it by round = true, as in "
                      "input.tensors.x = { from = \"x\", round = true }"
                    : "store the column as " + Name(dtype);
  }
  if (arrow::is_nested(type.id())) return "store its parts as columns of their own";
  if (arrow::is_temporal(type.id()) || arrow::is_decimal(type.id())) {
    return "tensors have no such type: store the column as the number that the model was "
           "trained on";
  }
  if (type.id() == arrow::Type::NA) return "all its values are null";
  return "store the column as " + Name(dtype);
}

}  // namespace howdah
