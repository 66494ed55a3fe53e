#include "schema/field_checks.h"

#include <arrow/type.h>
#include <arrow/type_traits.h>

#include <cmath>
#include <limits>
#include <utility>

#include "base/text.h"

namespace howdah {
namespace {

using TypePtr = std::shared_ptr<arrow::DataType>;

bool IsFloat(const arrow::DataType& type) {
  return type.id() == arrow::Type::FLOAT || type.id() == arrow::Type::DOUBLE;
}

bool IsList(const arrow::DataType& type) {
  return type.id() == arrow::Type::LIST || type.id() == arrow::Type::LARGE_LIST ||
         type.id() == arrow::Type::FIXED_SIZE_LIST;
}

bool HasFloats(const arrow::DataType& type) {
  if (IsFloat(type)) return true;
  for (const auto& field : type.fields()) {
    if (HasFloats(*field->type())) return true;
  }
  return false;
}

/// What the lists of a type hold.
const arrow::DataType& Element(const arrow::DataType& type) {
  return IsList(type) ? Element(*type.field(0)->type()) : type;
}

/// A clause of SettleChecks.
template <typename... Args>
Status Refuse(fmt::format_string<Args...> format, Args&&... args) {
  return Error(ErrorKind::kSchemaMismatch, format, std::forward<Args>(args)...);
}

/// The values that an integer type has, as doubles that are in its range.
std::pair<double, double> RangeOf(const arrow::DataType& type) {
  const int bits = static_cast<const arrow::FixedWidthType&>(type).bit_width();
  const double half = std::ldexp(1.0, bits - 1);
  return {-half, half - 1};
}

Status SettleNan(const arrow::DataType& type, const ValueChecks& given,
                 const RowChecks& job, FieldChecks* checks) {
  if (!checks->has_floats) {
    if (!given.nan) return Status::OK();
    return Refuse("nan = '{}' is for floating-point numbers, not for {}",
                  Name(*given.nan), type.ToString());
  }
  checks->nan = given.nan.value_or(job.nan);
  switch (checks->nan) {
    case NanPolicy::kAllow:
      if (!job.abilities.holds_nan) {
        checks->nan = NanPolicy::kForbid;
        checks->unheld = job.format;
      }
      return Status::OK();
    case NanPolicy::kForbid:
      return Status::OK();
    case NanPolicy::kString:
      if (job.abilities.holds_nan_text) return Status::OK();
      return Refuse("nan = 'string' is for JSON, not for {}, whose columns have one type",
                    job.format);
    case NanPolicy::kQuarantine:
      if (job.bad_rows == BadRows::kQuarantine) return Status::OK();
      return Refuse("nan = 'quarantine' needs checks.bad_rows = 'quarantine'");
    case NanPolicy::kNull:
      break;
  }
  if (IsFloat(type)) return Status::OK();
  if (!IsFloat(Element(type))) {
    return Refuse("nan = 'null' is for numbers and lists of them, not for {}",
                  type.ToString());
  }
  if (job.abilities.null_elements) return Status::OK();
  return Refuse(
      "nan = 'null' would put nulls inside lists, which Hive reads as numbers from {}; "
      "give the column another policy under [checks.columns]",
      job.format);
}

Status SettleRange(const arrow::DataType& type, FieldChecks* checks) {
  const arrow::DataType& element = Element(type);
  if (!IsFloat(element) && !arrow::is_signed_integer(element.id())) {
    return Refuse("min and max are for numbers and lists of them, not for {}",
                  type.ToString());
  }
  if (checks->min && checks->max && *checks->min > *checks->max) {
    return Refuse("min = {} is above max = {}", *checks->min, *checks->max);
  }
  if (IsFloat(element)) return Status::OK();
  const auto [least, most] = RangeOf(element);
  if (checks->min.value_or(least) > most || checks->max.value_or(most) < least) {
    return Refuse("no value of {} is in the range", element.ToString());
  }
  return Status::OK();
}

}  // namespace

std::string FieldChecks::ToString() const {
  std::string text;
  const auto add = [&](const char* key, const auto& value) {
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", key, value);
  };
  if (nan != NanPolicy::kAllow) add("nan", Name(nan));
  if (min) add("min", *min);
  if (max) add("max", *max);
  if (sum) add("sum", *sum);
  if (sum) add("sum_tolerance", sum_tolerance);
  if (list_length) add("elements", *list_length);
  return text;
}

Result<FieldChecks> SettleChecks(const std::string& name, const arrow::DataType& type,
                                 const ValueChecks& given, const RowChecks& job) {
  FieldChecks checks{.name = name,
                     .has_floats = HasFloats(type),
                     .min = given.min,
                     .max = given.max,
                     .sum = given.sum,
                     .sum_tolerance = given.sum_tolerance.value_or(kSumTolerance),
                     .quarantine = job.bad_rows == BadRows::kQuarantine};
  HOWDAH_RETURN_IF_ERROR(SettleNan(type, given, job, &checks));
  if (given.min || given.max) HOWDAH_RETURN_IF_ERROR(SettleRange(type, &checks));
  if (given.sum_tolerance && !given.sum) return Refuse("sum_tolerance needs a sum");
  if (!given.sum) return checks;
  const bool summed =
      IsList(type) && (IsFloat(*type.field(0)->type()) ||
                       arrow::is_signed_integer(type.field(0)->type()->id()));
  if (summed) return checks;
  return Refuse("sum is for lists of numbers, not for {}", type.ToString());
}

TypePtr WithNullableElements(const TypePtr& type) {
  if (!IsList(*type)) return type;
  const auto& field = type->field(0);
  const auto element =
      field->WithNullable(true)->WithType(WithNullableElements(field->type()));
  switch (type->id()) {
    case arrow::Type::LARGE_LIST:
      return arrow::large_list(element);
    case arrow::Type::FIXED_SIZE_LIST:
      return arrow::fixed_size_list(
          element, static_cast<const arrow::FixedSizeListType&>(*type).list_size());
    default:
      return arrow::list(element);
  }
}

}  // namespace howdah
