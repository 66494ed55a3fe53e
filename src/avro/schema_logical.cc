#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "avro/schema_parser.h"

namespace howdah {
namespace {

using nlohmann::json;

struct LogicalRow {
  AvroKind kind;
  const char* name;
  AvroLogical logical;
};

constexpr LogicalRow kLogicals[] = {
    {AvroKind::kInt, "date", AvroLogical::kDate},
    {AvroKind::kInt, "time-millis", AvroLogical::kTimeMillis},
    {AvroKind::kLong, "time-micros", AvroLogical::kTimeMicros},
    {AvroKind::kLong, "timestamp-millis", AvroLogical::kTimestampMillis},
    {AvroKind::kLong, "timestamp-micros", AvroLogical::kTimestampMicros},
    {AvroKind::kLong, "timestamp-nanos", AvroLogical::kTimestampNanos},
    {AvroKind::kLong, "local-timestamp-millis", AvroLogical::kLocalTimestampMillis},
    {AvroKind::kLong, "local-timestamp-micros", AvroLogical::kLocalTimestampMicros},
    {AvroKind::kLong, "local-timestamp-nanos", AvroLogical::kLocalTimestampNanos},
    {AvroKind::kBytes, "decimal", AvroLogical::kDecimal},
    {AvroKind::kFixed, "decimal", AvroLogical::kDecimal},
};

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

}  // namespace

Status AvroSchemaParser::ParseLogical(const json& schema, const std::string& path,
                                      AvroNode* node) const {
  const auto found = schema.find("logicalType");
  if (found == schema.end() || !found->is_string()) return Status::OK();
  for (const LogicalRow& row : kLogicals) {
    if (row.kind != node->kind || *found != row.name) continue;
    if (row.logical != AvroLogical::kDecimal) {
      node->logical = row.logical;
      return Status::OK();
    }
    const Status decimal = ParseDecimal(schema, path, node);
    // "If a logical type is invalid, implementations must ignore it."
    return strict_ ? decimal : Status::OK();
  }
  return Status::OK();
}

Status AvroSchemaParser::ParseDecimal(const json& schema, const std::string& path,
                                      AvroNode* node) const {
  const auto precision = IntegerAt(schema, "precision", std::nullopt);
  const auto scale = IntegerAt(schema, "scale", 0);
  if (!precision || !scale || *precision < 1 || *scale < 0 || *scale > *precision) {
    return Error(
        ErrorKind::kInvalidInput,
        "{}: a decimal needs a \"precision\" of at least 1 and a \"scale\" from 0 "
        "to it, got {}",
        path, QuotedJson(schema));
  }
  constexpr double kDigitsPerBit = 0.30102999566398120;  // log10(2)
  const double most = std::floor((8.0 * node->size - 1) * kDigitsPerBit);
  if (node->size > 0 && static_cast<double>(*precision) > most) {
    return Error(ErrorKind::kInvalidInput,
                 "{}: a decimal of {} digits does not fit fixed({})", path, *precision,
                 node->size);
  }
  node->logical = AvroLogical::kDecimal;
  node->precision = *precision;
  node->scale = *scale;
  return Status::OK();
}

}  // namespace howdah
