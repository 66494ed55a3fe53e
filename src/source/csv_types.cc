#include "source/csv_types.h"

#include <arrow/type.h>
#include <arrow/util/value_parsing.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace howdah {
namespace {

constexpr int64_t kMostExact = int64_t{1} << 53;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// The digits at the start of `text`, taken from it.
size_t TakeDigits(std::string_view& text) {
  size_t digits = 0;
  while (digits < text.size() && IsDigit(text[digits])) ++digits;
  text.remove_prefix(digits);
  return digits;
}

/// [-] digits [. digits] [e [+-] digits], with a digit before or behind the point, and no
/// zero before other digits.
bool IsNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool zero = text.starts_with('0');
  const size_t whole = TakeDigits(text);
  if (zero && whole > 1) return false;
  size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = TakeDigits(text);
  }
  if (whole + fraction == 0) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (TakeDigits(text) == 0) return false;
  }
  return text.empty();
}

bool IsWhole(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return std::all_of(text.begin(), text.end(), IsDigit);
}

/// What programs write for numbers that have no digits.
bool IsSpecial(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  constexpr std::array<std::string_view, 7> kSpecial = {
      "NaN", "nan", "inf", "Inf", "INF", "Infinity", "infinity"};
  return std::find(kSpecial.begin(), kSpecial.end(), text) != kSpecial.end();
}

bool IsDay(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  arrow::internal::StringConverter<arrow::Date32Type> converter;
  int32_t day = 0;
  return converter.Convert(arrow::Date32Type{}, text.data(), text.size(), &day);
}

/// Whether a double holds it other than as infinity.
bool IsFinite(std::string_view text) {
  double value = 0;
  return arrow::internal::StringToFloat(text.data(), text.size(), '.', &value) &&
         std::isfinite(value);
}

}  // namespace

unsigned CsvColumnType::Classify(std::string_view text) {
  if (text == "true" || text == "false") return kBool;
  if (IsDay(text)) return kDate;
  if (IsSpecial(text)) return kFraction;
  if (!IsNumber(text)) return kText;
  if (!IsWhole(text) || text == "-0") return IsFinite(text) ? kFraction : kText;
  int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc()) return kHugeWhole;
  return value > kMostExact || value < -kMostExact ? kLargeWhole : kSmallWhole;
}

std::shared_ptr<arrow::DataType> CsvColumnType::type() const {
  if (seen_ == 0) return arrow::null();
  if ((seen_ & ~unsigned{kSmallWhole | kLargeWhole}) == 0) return arrow::int64();
  if ((seen_ & ~unsigned{kSmallWhole | kFraction}) == 0) return arrow::float64();
  if (seen_ == kBool) return arrow::boolean();
  if (seen_ == kDate) return arrow::date32();
  return arrow::utf8();
}

std::shared_ptr<arrow::DataType> CommonCsvType(
    const std::shared_ptr<arrow::DataType>& a,
    const std::shared_ptr<arrow::DataType>& b) {
  if (a == nullptr || b == nullptr) return nullptr;
  if (a->Equals(*b) || b->id() == arrow::Type::NA) return a;
  if (a->id() == arrow::Type::NA) return b;
  const auto number = [](const arrow::DataType& type) {
    return type.id() == arrow::Type::INT64 || type.id() == arrow::Type::DOUBLE;
  };
  return number(*a) && number(*b) ? arrow::float64() : arrow::utf8();
}

}  // namespace howdah
