#include <arrow/type.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "schema/avro_types.h"

namespace howdah {
namespace {

using nlohmann::json;
using TypePtr = std::shared_ptr<arrow::DataType>;

TypePtr Plain(const std::string& primitive, int32_t fixed_size) {
  if (primitive == "boolean") return arrow::boolean();
  if (primitive == "int") return arrow::int32();
  if (primitive == "long") return arrow::int64();
  if (primitive == "float") return arrow::float32();
  if (primitive == "double") return arrow::float64();
  if (primitive == "bytes") return arrow::binary();
  if (primitive == "string") return arrow::utf8();
  if (primitive == "fixed") return arrow::fixed_size_binary(fixed_size);
  return nullptr;
}

/// The integer at `key`, `missing` if there is none, nullopt if it is something else.
std::optional<int64_t> IntegerAt(const json& schema, const char* key,
                                 std::optional<int64_t> missing) {
  const auto found = schema.find(key);
  if (found == schema.end()) return missing;
  if (!found->is_number_integer() ||
      (found->is_number_unsigned() &&
       found->get<uint64_t>() > uint64_t{std::numeric_limits<int32_t>::max()})) {
    return std::nullopt;
  }
  return found->get<int64_t>();
}

Result<TypePtr> Decimal(const json& schema, int32_t fixed_size, const std::string& path) {
  constexpr int64_t kMostDigits = arrow::Decimal128Type::kMaxPrecision;
  const auto precision = IntegerAt(schema, "precision", std::nullopt);
  const auto scale = IntegerAt(schema, "scale", 0);
  if (!precision || !scale || *precision < 1 || *scale < 0 || *scale > *precision) {
    return Error(
        ErrorKind::kInvalidInput,
        "{}: a decimal needs a \"precision\" of at least 1 and a \"scale\" from 0 "
        "to it, got {}",
        path, Quoted(schema));
  }
  if (*precision > kMostDigits) {
    return Error(ErrorKind::kSchemaMismatch,
                 "{}: a decimal of {} digits cannot land; at most {} can", path,
                 *precision, kMostDigits);
  }
  constexpr double kDigitsPerBit = 0.30102999566398120;  // log10(2)
  const double most = std::floor((8.0 * fixed_size - 1) * kDigitsPerBit);
  if (fixed_size > 0 && static_cast<double>(*precision) > most) {
    return Error(ErrorKind::kInvalidInput,
                 "{}: a decimal of {} digits does not fit fixed({})", path, *precision,
                 fixed_size);
  }
  return arrow::decimal128(static_cast<int32_t>(*precision),
                           static_cast<int32_t>(*scale));
}

}  // namespace

Result<TypePtr> PrimitiveType(const std::string& primitive, const json& schema,
                              int32_t fixed_size, const std::string& path) {
  using arrow::TimeUnit;
  TypePtr plain = Plain(primitive, fixed_size);
  const auto found = schema.is_object() ? schema.find("logicalType") : schema.end();
  if (plain == nullptr || !schema.is_object() || found == schema.end() ||
      !found->is_string()) {
    return plain;
  }
  const auto& logical = found->get_ref<const std::string&>();
  if (primitive == "int") {
    if (logical == "date") return arrow::date32();
    if (logical == "time-millis") return arrow::time32(TimeUnit::MILLI);
  } else if (primitive == "long") {
    if (logical == "time-micros") return arrow::time64(TimeUnit::MICRO);
    if (logical == "timestamp-millis" || logical == "timestamp-micros") {
      return arrow::timestamp(TimeUnit::MICRO, "UTC");
    }
    if (logical == "local-timestamp-millis" || logical == "local-timestamp-micros") {
      return arrow::timestamp(TimeUnit::MICRO);
    }
  } else if (logical == "decimal" && (primitive == "bytes" || primitive == "fixed")) {
    return Decimal(schema, fixed_size, path);
  }
  return plain;
}

}  // namespace howdah
