#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/decimal.h>

#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>

#include "encode/text_column.h"
#include "encode/text_number.h"

namespace howdah {
namespace {

/// `value` with at least `digits` digits.
char* PutPadded(uint64_t value, int digits, char* out) {
  char text[20];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  for (auto n = end - text; n < digits; ++n) *out++ = '0';
  return Put({text, static_cast<size_t>(end - text)}, out);
}

// -- cells: what is written of a value, and how long it is at most ----------------------

struct BoolCell {
  static constexpr int64_t kBytes = 5;
  explicit BoolCell(const arrow::DataType&, const TextStyle&) {}
  void Bind(const arrow::Array& array) {
    bits = array.data()->buffers[1]->data();
    offset = array.offset();
  }
  char* Write(int64_t i, char* out) const {
    return Put(arrow::bit_util::GetBit(bits, i + offset) ? "true" : "false", out);
  }
  const uint8_t* bits = nullptr;
  int64_t offset = 0;
};

template <typename T>
struct NumberCell {
  explicit NumberCell(const arrow::DataType&, const TextStyle&) {}
  void Bind(const arrow::Array& array) { values = array.data()->GetValues<T>(1); }
  const T* values = nullptr;
};

template <typename T>
struct IntegerCell : NumberCell<T> {
  static constexpr int64_t kBytes = kIntegerBytes;
  using NumberCell<T>::NumberCell;
  char* Write(int64_t i, char* out) const {
    return std::to_chars(out, out + kIntegerBytes, this->values[i]).ptr;
  }
};

template <typename T>
struct FloatCell : NumberCell<T> {
  using Float = T;
  static constexpr int64_t kBytes = kFloatBytes;
  FloatCell(const arrow::DataType& type, const TextStyle& style)
      : NumberCell<T>(type, style), quoted(style.dialect == TextDialect::kJson) {}

  char* Write(int64_t i, char* out) const {
    const T value = this->values[i];
    if (std::isfinite(value)) [[likely]]
      return WriteFloat(value, out);
    if (quoted) *out++ = '"';
    out = Put(std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity", out);
    if (quoted) *out++ = '"';
    return out;
  }
  bool quoted;
};

/// With a fixed number of digits behind the point.
template <typename T>
struct FixedCell : FloatCell<T> {
  // Digits before the point of the largest double, sign, point, and 17 decimals at most.
  static constexpr int64_t kBytes = 309 + 2 + 17;
  FixedCell(const arrow::DataType& type, const TextStyle& style)
      : FloatCell<T>(type, style), decimals(*style.decimals) {}
  char* Write(int64_t i, char* out) const {
    const T value = this->values[i];
    if (!std::isfinite(value)) return FloatCell<T>::Write(i, out);
    return std::to_chars(out, out + kBytes, value, std::chars_format::fixed, decimals)
        .ptr;
  }
  int decimals;
};

/// A day, counted from 1970, of the proleptic Gregorian calendar: "2026-11-22". Years
/// beyond 9999 have a sign, and years before 0, as java.time writes both.
char* PutDay(int64_t days, char* out) {
  // By eras of 400 years, which have 146,097 days and begin with March.
  constexpr int64_t kEraDays = 146097, kToMarchOfYear0 = 719468;
  const int64_t z = days + kToMarchOfYear0;
  const int64_t era = (z >= 0 ? z : z - (kEraDays - 1)) / kEraDays;
  const int64_t day_of_era = z - era * kEraDays;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const int64_t month =
      month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const int64_t year = era * 400 + year_of_era + (month <= 2 ? 1 : 0);
  if (year < 0 || year > 9999) *out++ = year < 0 ? '-' : '+';
  out = PutPadded(static_cast<uint64_t>(std::abs(year)), 4, out);
  *out++ = '-';
  out = PutPadded(static_cast<uint64_t>(month), 2, out);
  *out++ = '-';
  return PutPadded(static_cast<uint64_t>(day), 2, out);
}

struct Unit {
  explicit Unit(arrow::TimeUnit::type unit) {
    for (int u = arrow::TimeUnit::SECOND; u < unit; ++u) {
      per_second *= 1000;
      digits += 3;
    }
  }
  int64_t per_second = 1;
  int digits = 0;  // behind the point
};

/// "12:30:00.000000"; of a time that a day has.
char* PutTimeOfDay(int64_t time, const Unit& unit, char* out) {
  const int64_t seconds = time / unit.per_second;
  out = PutPadded(static_cast<uint64_t>(seconds / 3600), 2, out);
  *out++ = ':';
  out = PutPadded(static_cast<uint64_t>(seconds / 60 % 60), 2, out);
  *out++ = ':';
  out = PutPadded(static_cast<uint64_t>(seconds % 60), 2, out);
  if (unit.digits == 0) return out;
  *out++ = '.';
  return PutPadded(static_cast<uint64_t>(time % unit.per_second), unit.digits, out);
}

/// What is text in JSON.
struct QuotedCell {
  explicit QuotedCell(const TextStyle& style)
      : quoted(style.dialect == TextDialect::kJson) {}
  char* Quote(char* out) const {
    *out = '"';
    return out + (quoted ? 1 : 0);
  }
  bool quoted;
};

template <typename T>
struct DateCell : QuotedCell {
  static constexpr int64_t kBytes = 32;
  DateCell(const arrow::DataType&, const TextStyle& style) : QuotedCell(style) {}
  void Bind(const arrow::Array& array) { values = array.data()->GetValues<T>(1); }
  int64_t Day(int64_t i) const {
    if constexpr (sizeof(T) == sizeof(int32_t)) return values[i];
    constexpr int64_t kDay = 86'400'000;
    const int64_t value = values[i];
    return value / kDay - (value % kDay < 0 ? 1 : 0);
  }
  char* Write(int64_t i, char* out) const { return Quote(PutDay(Day(i), Quote(out))); }
  const T* values = nullptr;
};

template <typename T>
struct TimeCell : QuotedCell {
  static constexpr int64_t kBytes = 40;
  TimeCell(const arrow::DataType& type, const TextStyle& style)
      : QuotedCell(style), unit(static_cast<const arrow::TimeType&>(type).unit()) {}
  void Bind(const arrow::Array& array) { values = array.data()->GetValues<T>(1); }
  bool IsTimeOfDay(int64_t i) const {
    return values[i] >= 0 && values[i] < 86'400 * unit.per_second;
  }
  char* Write(int64_t i, char* out) const {
    return Quote(PutTimeOfDay(values[i], unit, Quote(out)));
  }
  Unit unit;
  const T* values = nullptr;
};

/// "2026-11-22T12:30:00.000000Z"; Hive wants a space and no zone.
struct TimestampCell : QuotedCell {
  static constexpr int64_t kBytes = 56;
  TimestampCell(const arrow::DataType& type, const TextStyle& style)
      : QuotedCell(style),
        unit(static_cast<const arrow::TimestampType&>(type).unit()),
        between(style.dialect == TextDialect::kHive ? ' ' : 'T'),
        is_utc(style.dialect != TextDialect::kHive &&
               !static_cast<const arrow::TimestampType&>(type).timezone().empty()) {}
  void Bind(const arrow::Array& array) { values = array.data()->GetValues<int64_t>(1); }
  int64_t Day(int64_t i) const {
    const int64_t day = 86'400 * unit.per_second;
    const int64_t value = values[i];
    return value / day - (value % day < 0 ? 1 : 0);
  }
  char* Write(int64_t i, char* out) const {
    const int64_t per_day = 86'400 * unit.per_second;
    const int64_t within = values[i] % per_day;
    out = PutDay(Day(i), Quote(out));
    *out++ = between;
    out = PutTimeOfDay(within < 0 ? within + per_day : within, unit, out);
    if (is_utc) *out++ = 'Z';
    return Quote(out);
  }
  Unit unit;
  char between;
  bool is_utc;
  const int64_t* values = nullptr;
};

constexpr int kMostScale = 76;

/// All digits, and the point where the scale says.
template <typename Decimal>
struct DecimalCell : QuotedCell {
  // 78 digits, and as many zeros as kMostScale asks for on either side.
  static constexpr int64_t kBytes = 256;
  DecimalCell(const arrow::DataType& type, const TextStyle& style)
      : QuotedCell(style),
        scale(static_cast<const arrow::DecimalType&>(type).scale()),
        width(static_cast<const arrow::DecimalType&>(type).byte_width()) {}
  void Bind(const arrow::Array& array) {
    values = array.data()->buffers[1]->data() + array.offset() * width;
  }
  char* Write(int64_t i, char* out) const {
    const std::string digits = Decimal(values + i * width).ToIntegerString();
    const bool negative = digits.starts_with('-');
    std::string_view all = digits;
    all.remove_prefix(negative ? 1 : 0);
    out = Quote(out);
    if (negative) *out++ = '-';
    const auto fraction = static_cast<size_t>(std::max(scale, 0));
    const size_t whole = all.size() > fraction ? all.size() - fraction : 0;
    out = whole == 0 ? Put("0", out) : Put(all.substr(0, whole), out);
    if (all != "0") {
      for (int zero = scale; zero < 0; ++zero) *out++ = '0';
    }
    if (fraction == 0) return Quote(out);
    *out++ = '.';
    for (size_t zero = all.size() - whole; zero < fraction; ++zero) *out++ = '0';
    return Quote(Put(all.substr(whole), out));
  }
  int scale, width;
  const uint8_t* values = nullptr;
};

// -- columns of them --------------------------------------------------------------------

template <typename Cell>
concept Dated = requires(const Cell& cell) { cell.Day(0); };

template <typename Cell>
concept Timed = requires(const Cell& cell) { cell.IsTimeOfDay(0); };

template <typename Cell>
concept Floating = requires { typename Cell::Float; };

/// Whether one of them is NaN or infinite: all bits of its exponent are set.
bool HasNonFinite(const float* values, int64_t count) {
  constexpr uint32_t kExponent = 0x7f800000;
  bool found = false;
  for (int64_t i = 0; i < count; ++i) {
    found |= (std::bit_cast<uint32_t>(values[i]) & kExponent) == kExponent;
  }
  return found;
}
bool HasNonFinite(const double* values, int64_t count) {
  constexpr uint64_t kExponent = 0x7ff0000000000000;
  bool found = false;
  for (int64_t i = 0; i < count; ++i) {
    found |= (std::bit_cast<uint64_t>(values[i]) & kExponent) == kExponent;
  }
  return found;
}

template <typename Cell>
class ScalarColumn final : public TextColumn {
 public:
  ScalarColumn(const arrow::DataType& type, const TextStyle& style)
      : style_(style), cell_(type, style) {}

  Status Bind(const arrow::Array& array) override {
    array_ = &array;
    valid_ = array.null_count() > 0 ? array.null_bitmap_data() : nullptr;
    offset_ = array.offset();
    cell_.Bind(array);
    return Status::OK();
  }

  Result<int64_t> Bound(int64_t first, int64_t rows, int64_t* bad) override {
    if constexpr (Floating<Cell>) {
      if (style_.dialect == TextDialect::kJson && !style_.nan_as_string) {
        HOWDAH_RETURN_IF_ERROR(CheckFinite(first, rows, bad));
      }
    }
    if constexpr (Dated<Cell>) {
      if (style_.dialect == TextDialect::kHive) {
        HOWDAH_RETURN_IF_ERROR(CheckYears(first, rows, bad));
      }
    }
    if constexpr (Timed<Cell>) {
      for (int64_t i = first; i < first + rows; ++i) {
        if (cell_.IsTimeOfDay(i) || array_->IsNull(i)) continue;
        *bad = i;
        return Error(ErrorKind::kInvalidInput, "holds the {} {}, which no day has",
                     array_->type()->ToString(), cell_.values[i]);
      }
    }
    return rows * std::max(Cell::kBytes, static_cast<int64_t>(style_.null.size()));
  }

  char* Write(int64_t i, char* out) const override {
    if (valid_ != nullptr && !arrow::bit_util::GetBit(valid_, i + offset_)) {
      return Put(style_.null, out);
    }
    return cell_.Write(i, out);
  }

 private:
  Status CheckFinite(int64_t first, int64_t rows, int64_t* bad) const {
    if constexpr (Floating<Cell>) {
      if (!HasNonFinite(cell_.values + first, rows)) return Status::OK();
      for (int64_t i = first; i < first + rows; ++i) {
        const auto value = cell_.values[i];
        if (std::isfinite(value) || array_->IsNull(i)) continue;
        *bad = i;
        return Error(ErrorKind::kInvalidInput,
                     "holds {}, which is no number in JSON: set checks.nan to \"null\" "
                     "or \"string\"",
                     std::isnan(value) ? "NaN"
                     : value > 0       ? "Infinity"
                                       : "-Infinity");
      }
    }
    return Status::OK();
  }

  /// Hive's text knows years of four digits only.
  Status CheckYears(int64_t first, int64_t rows, int64_t* bad) const {
    if constexpr (Dated<Cell>) {
      constexpr int64_t kFirst = -719162, kEnd = 2932897;  // 0001-01-01, 10000-01-01
      for (int64_t i = first; i < first + rows; ++i) {
        if (array_->IsNull(i)) continue;
        const int64_t day = cell_.Day(i);
        if (day >= kFirst && day < kEnd) continue;
        char text[kFloatRoom];
        *bad = i;
        return Error(
            ErrorKind::kInvalidInput,
            "holds the day {}, but Hive's text has the years 0001 to 9999",
            std::string_view(text, static_cast<size_t>(PutDay(day, text) - text)));
      }
    }
    return Status::OK();
  }

  const TextStyle style_;
  Cell cell_;
  const arrow::Array* array_ = nullptr;
  const uint8_t* valid_ = nullptr;  // nullptr: all are
  int64_t offset_ = 0;
};

}  // namespace

std::unique_ptr<TextColumn> MakeScalarColumn(const arrow::DataType& type,
                                             const TextStyle& style) {
  using arrow::Type;
  const auto make = [&]<typename Cell>() -> std::unique_ptr<TextColumn> {
    return std::make_unique<ScalarColumn<Cell>>(type, style);
  };
  if (arrow::is_decimal(type.id())) {
    const int scale = static_cast<const arrow::DecimalType&>(type).scale();
    if (scale < -kMostScale || scale > kMostScale) return nullptr;
  }
  switch (type.id()) {
    case Type::BOOL:
      return make.operator()<BoolCell>();
    case Type::INT8:
      return make.operator()<IntegerCell<int8_t>>();
    case Type::INT16:
      return make.operator()<IntegerCell<int16_t>>();
    case Type::INT32:
      return make.operator()<IntegerCell<int32_t>>();
    case Type::INT64:
      return make.operator()<IntegerCell<int64_t>>();
    case Type::UINT8:
      return make.operator()<IntegerCell<uint8_t>>();
    case Type::UINT16:
      return make.operator()<IntegerCell<uint16_t>>();
    case Type::UINT32:
      return make.operator()<IntegerCell<uint32_t>>();
    case Type::UINT64:
      return make.operator()<IntegerCell<uint64_t>>();
    case Type::FLOAT:
      return style.decimals ? make.operator()<FixedCell<float>>()
                            : make.operator()<FloatCell<float>>();
    case Type::DOUBLE:
      return style.decimals ? make.operator()<FixedCell<double>>()
                            : make.operator()<FloatCell<double>>();
    case Type::DATE32:
      return make.operator()<DateCell<int32_t>>();
    case Type::DATE64:
      return make.operator()<DateCell<int64_t>>();
    case Type::TIME32:
      return make.operator()<TimeCell<int32_t>>();
    case Type::TIME64:
      return make.operator()<TimeCell<int64_t>>();
    case Type::TIMESTAMP:
      return make.operator()<TimestampCell>();
    case Type::DECIMAL32:
      return make.operator()<DecimalCell<arrow::Decimal32>>();
    case Type::DECIMAL64:
      return make.operator()<DecimalCell<arrow::Decimal64>>();
    case Type::DECIMAL128:
      return make.operator()<DecimalCell<arrow::Decimal128>>();
    case Type::DECIMAL256:
      return make.operator()<DecimalCell<arrow::Decimal256>>();
    default:
      return nullptr;
  }
}

}  // namespace howdah
