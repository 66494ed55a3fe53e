#include "encode/text_parse.h"

#include <arrow/builder.h>
#include <arrow/type.h>
#include <arrow/util/base64.h>
#include <arrow/util/decimal.h>
#include <arrow/util/utf8.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace howdah {
namespace {

Status NoValue(std::string_view text, const arrow::DataType& type) {
  constexpr size_t kMost = 40;
  return Error(ErrorKind::kCorruption, "'{}{}' is no {}", text.substr(0, kMost),
               text.size() > kMost ? "…" : "", type.ToString());
}

template <typename T>
bool ParseInteger(std::string_view text, T* value) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), *value);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

template <typename T>
bool ParseFloat(std::string_view text, T* value) {
  using Limits = std::numeric_limits<T>;
  if (text == "NaN") return *value = Limits::quiet_NaN(), true;
  if (text == "Infinity") return *value = Limits::infinity(), true;
  if (text == "-Infinity") return *value = -Limits::infinity(), true;
  const size_t first = text.starts_with('-') ? 1 : 0;
  if (first == text.size() || text[first] < '0' || text[first] > '9') return false;
  return ParseInteger(text, value);  // from_chars of floating point
}

/// Cut what stands before `end` from `text`, which must be whole digits.
bool TakeNumber(std::string_view* text, char end, int64_t* value) {
  const size_t length = text->find(end);
  if (length == text->npos || !ParseInteger(text->substr(0, length), value)) return false;
  text->remove_prefix(length + 1);
  return *value >= 0;
}

/// Days since 1970 of "2026-11-22", "+10000-01-01", "-0001-01-01".
bool ParseDay(std::string_view text, int64_t* days) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  constexpr int64_t kLastYear = 300'000'000'000;  // beyond all seconds of 64 bits
  int64_t year = 0, month = 0, day = 0;
  if (!TakeNumber(&text, '-', &year) || !TakeNumber(&text, '-', &month) ||
      !ParseInteger(text, &day) || month < 1 || month > 12 || day < 1 || day > 31 ||
      year > kLastYear) {
    return false;
  }
  if (negative) year = -year;
  // Of eras of 400 years that begin with March.
  const int64_t from_march = year - (month <= 2 ? 1 : 0);
  const int64_t era = (from_march >= 0 ? from_march : from_march - 399) / 400;
  const int64_t year_of_era = from_march - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  *days = era * 146'097 + day_of_era - 719'468;
  return true;
}

int64_t PerSecond(arrow::TimeUnit::type unit) {
  int64_t per_second = 1;
  for (int u = arrow::TimeUnit::SECOND; u < unit; ++u) per_second *= 1000;
  return per_second;
}

/// "12:30:00.000001" in units of which a second has `per_second`.
bool ParseTime(std::string_view text, int64_t per_second, int64_t* time) {
  int64_t hours = 0, minutes = 0, seconds = 0, fraction = 0;
  if (!TakeNumber(&text, ':', &hours) || !TakeNumber(&text, ':', &minutes)) return false;
  if (per_second == 1) {
    if (!ParseInteger(text, &seconds)) return false;
  } else {
    if (!TakeNumber(&text, '.', &seconds) || !ParseInteger(text, &fraction)) return false;
    int64_t digits = 1;
    for (size_t i = 0; i < text.size() && digits <= per_second; ++i) digits *= 10;
    if (digits != per_second) return false;
  }
  if (minutes > 59 || seconds < 0 || seconds > 59 || fraction < 0 || hours > 23) {
    return false;
  }
  *time = ((hours * 60 + minutes) * 60 + seconds) * per_second + fraction;
  return true;
}

bool ParseTimestamp(std::string_view text, const arrow::TimestampType& type,
                    int64_t* value) {
  if (text.ends_with('Z')) text.remove_suffix(1);
  const size_t between = text.find_first_of("T ");
  int64_t days = 0, time = 0, midnight = 0;
  const int64_t per_second = PerSecond(type.unit());
  // The first instants of all do not have a midnight before them: count from the next.
  return between != text.npos && ParseDay(text.substr(0, between), &days) &&
         ParseTime(text.substr(between + 1), per_second, &time) &&
         !__builtin_mul_overflow(days + (days < 0 ? 1 : 0), 86'400 * per_second,
                                 &midnight) &&
         !__builtin_add_overflow(midnight, days < 0 ? time - 86'400 * per_second : time,
                                 value);
}

template <typename Decimal>
bool ParseDecimal(std::string_view text, const arrow::DecimalType& type, Decimal* value) {
  int32_t digits = 0, found = 0;
  if (!Decimal::FromString(text, value, &digits, &found).ok()) return false;
  // More digits than a Decimal holds wrap around, in FromString() and in Rescale(), which
  // has no power of ten for a larger step down either.
  const int64_t up = int64_t{type.scale()} - found, stored = digits + up;
  if (std::max<int64_t>(digits, stored) > Decimal::kMaxPrecision) return false;
  if (up < -Decimal::kMaxScale) return false;
  const auto scaled = value->Rescale(found, type.scale());
  if (!scaled.ok() || !scaled->FitsInPrecision(type.precision())) return false;
  *value = *scaled;
  return true;
}

/// Append to a builder of the Arrow type `T` what `parse` makes of the text.
template <typename T, typename Value, typename Parse>
Status Append(std::string_view text, arrow::ArrayBuilder* builder, const Parse& parse) {
  Value value{};
  if (!parse(&value)) return NoValue(text, *builder->type());
  return static_cast<typename arrow::TypeTraits<T>::BuilderType*>(builder)->Append(value);
}

template <typename T>
Status AppendInteger(std::string_view text, arrow::ArrayBuilder* builder) {
  using Value = typename T::c_type;
  return Append<T, Value>(text, builder,
                          [&](Value* value) { return ParseInteger(text, value); });
}

template <typename T>
Status AppendFloat(std::string_view text, arrow::ArrayBuilder* builder) {
  using Value = typename T::c_type;
  return Append<T, Value>(text, builder,
                          [&](Value* value) { return ParseFloat(text, value); });
}

template <typename T, typename Decimal>
Status AppendDecimal(std::string_view text, arrow::ArrayBuilder* builder) {
  const auto& type = static_cast<const arrow::DecimalType&>(*builder->type());
  return Append<T, Decimal>(
      text, builder, [&](Decimal* value) { return ParseDecimal(text, type, value); });
}

template <typename T>
Status AppendTime(std::string_view text, arrow::ArrayBuilder* builder) {
  using Value = typename T::c_type;
  const auto unit = static_cast<const arrow::TimeType&>(*builder->type()).unit();
  return Append<T, Value>(text, builder, [&](Value* value) {
    int64_t time = 0;
    const bool is_time = ParseTime(text, PerSecond(unit), &time);
    *value = static_cast<Value>(time);
    return is_time;
  });
}

template <typename T>
Status AppendString(std::string_view text, arrow::ArrayBuilder* builder) {
  return static_cast<typename arrow::TypeTraits<T>::BuilderType*>(builder)->Append(text);
}

template <typename T>
Status AppendUtf8(std::string_view text, arrow::ArrayBuilder* builder) {
  [[maybe_unused]] static const bool ready = (arrow::util::InitializeUTF8(), true);
  if (!arrow::util::ValidateUTF8(text)) {
    return Error(ErrorKind::kCorruption, "text is not UTF-8");
  }
  return AppendString<T>(text, builder);
}

template <typename T>
Status AppendBinary(std::string_view text, arrow::ArrayBuilder* builder) {
  const auto decoded = arrow::util::base64_decode(text);
  if (!decoded.ok()) return NoValue(text, *builder->type());
  const std::string& bytes = *decoded;
  if constexpr (std::is_same_v<T, arrow::FixedSizeBinaryType>) {
    if (static_cast<int64_t>(bytes.size()) != builder->type()->byte_width()) {
      return NoValue(text, *builder->type());
    }
  }
  return AppendString<T>(bytes, builder);
}

}  // namespace

Status AppendText(std::string_view text, arrow::ArrayBuilder* builder) {
  using arrow::Type;
  const std::shared_ptr<arrow::DataType> held = builder->type();
  const arrow::DataType& type = *held;
  switch (type.id()) {
    case Type::BOOL:
      return Append<arrow::BooleanType, bool>(text, builder, [&](bool* value) {
        *value = text == "true";
        return *value || text == "false";
      });
    case Type::INT8:
      return AppendInteger<arrow::Int8Type>(text, builder);
    case Type::INT16:
      return AppendInteger<arrow::Int16Type>(text, builder);
    case Type::INT32:
      return AppendInteger<arrow::Int32Type>(text, builder);
    case Type::INT64:
      return AppendInteger<arrow::Int64Type>(text, builder);
    case Type::UINT8:
      return AppendInteger<arrow::UInt8Type>(text, builder);
    case Type::UINT16:
      return AppendInteger<arrow::UInt16Type>(text, builder);
    case Type::UINT32:
      return AppendInteger<arrow::UInt32Type>(text, builder);
    case Type::UINT64:
      return AppendInteger<arrow::UInt64Type>(text, builder);
    case Type::FLOAT:
      return AppendFloat<arrow::FloatType>(text, builder);
    case Type::DOUBLE:
      return AppendFloat<arrow::DoubleType>(text, builder);
    case Type::DATE32:
      return Append<arrow::Date32Type, int32_t>(text, builder, [&](int32_t* value) {
        int64_t days = 0;
        const bool is_day = ParseDay(text, &days);
        *value = static_cast<int32_t>(days);
        return is_day && *value == days;
      });
    case Type::TIME32:
      return AppendTime<arrow::Time32Type>(text, builder);
    case Type::TIME64:
      return AppendTime<arrow::Time64Type>(text, builder);
    case Type::TIMESTAMP:
      return Append<arrow::TimestampType, int64_t>(text, builder, [&](int64_t* value) {
        return ParseTimestamp(text, static_cast<const arrow::TimestampType&>(type),
                              value);
      });
    case Type::DECIMAL32:
      return AppendDecimal<arrow::Decimal32Type, arrow::Decimal32>(text, builder);
    case Type::DECIMAL64:
      return AppendDecimal<arrow::Decimal64Type, arrow::Decimal64>(text, builder);
    case Type::DECIMAL128:
      return AppendDecimal<arrow::Decimal128Type, arrow::Decimal128>(text, builder);
    case Type::DECIMAL256:
      return AppendDecimal<arrow::Decimal256Type, arrow::Decimal256>(text, builder);
    case Type::STRING:
      return AppendUtf8<arrow::StringType>(text, builder);
    case Type::LARGE_STRING:
      return AppendUtf8<arrow::LargeStringType>(text, builder);
    case Type::BINARY:
      return AppendBinary<arrow::BinaryType>(text, builder);
    case Type::LARGE_BINARY:
      return AppendBinary<arrow::LargeBinaryType>(text, builder);
    case Type::FIXED_SIZE_BINARY:
      return AppendBinary<arrow::FixedSizeBinaryType>(text, builder);
    default:
      return NoValue(text, type);
  }
}

}  // namespace howdah
