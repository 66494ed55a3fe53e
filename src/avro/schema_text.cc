#include "avro/schema_text.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "avro/arrow_type.h"
#include "avro/schema.h"

namespace howdah {
namespace {

using Json = nlohmann::ordered_json;
using TypePtr = std::shared_ptr<arrow::DataType>;
using FieldPtr = std::shared_ptr<arrow::Field>;

constexpr char kNamespace[] = "howdah", kRowName[] = "row";
constexpr char kSourceKey[] = "howdah.source", kShapeKey[] = "tensor.shape",
               kFieldIdKey[] = "PARQUET:field_id";
constexpr int kMostDecimalDigits = 38;  // Hive, Spark, Trino, Impala

/// A type in Avro's words, and what they are in Arrow's.
struct Mapped {
  Json json;
  TypePtr stored;
};

Mapped Logical(const char* type, const char* logical, TypePtr stored) {
  return {{{"type", type}, {"logicalType", logical}}, std::move(stored)};
}

/// `name` with '_' for what is not [A-Za-z0-9_], and before a digit in front.
std::string AvroName(const std::string& name) {
  std::string legal;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80) continue;  // of a character that has its '_'
    legal += std::isalnum(byte) != 0 && byte < 0x80 ? c : '_';
  }
  const bool digit = !legal.empty() && std::isdigit(static_cast<unsigned char>(legal[0]));
  return legal.empty() || digit ? "_" + legal : legal;
}

std::string Metadata(const arrow::Field& field, const char* key) {
  if (!field.HasMetadata()) return "";
  return field.metadata()->Get(key).ValueOr("");
}

Status Refuse(const std::string& path, const arrow::DataType& type,
              std::string_view reason) {
  return Error(ErrorKind::kSchemaMismatch, "column '{}' is of {}: {}", path,
               type.ToString(), reason);
}

class Mapper {
 public:
  Result<Mapped> Record(const arrow::FieldVector& fields, const std::string& name,
                        const std::string& path) {
    Json list = Json::array();
    arrow::FieldVector stored;
    std::set<std::string> seen;
    for (const FieldPtr& field : fields) {
      const std::string legal = AvroName(field->name());
      const std::string at = path.empty() ? field->name() : path + "." + field->name();
      if (!seen.insert(legal).second) {
        return Error(ErrorKind::kSchemaMismatch,
                     "column '{}': two fields would be named '{}' in Avro", at, legal);
      }
      HOWDAH_ASSIGN_OR_RETURN(Mapped mapped, Nullable(*field, at));
      Json json = {{"name", legal}, {"type", std::move(mapped.json)}};
      if (field->nullable()) json["default"] = nullptr;
      Describe(*field, legal, &json);
      list.push_back(std::move(json));
      stored.push_back(arrow::field(legal, std::move(mapped.stored), field->nullable()));
    }
    return Mapped{{{"type", "record"}, {"name", name}, {"fields", std::move(list)}},
                  arrow::struct_(std::move(stored))};
  }

  /// A name for a type at `path` that no other type has.
  std::string TypeName(const std::string& path) {
    const std::string name = AvroName(path);
    std::string unique = name;
    for (int i = 2; !names_.insert(unique).second; ++i) {
      unique = fmt::format("{}_{}", name, i);
    }
    return unique;
  }

 private:
  static void Describe(const arrow::Field& field, const std::string& legal, Json* json) {
    std::string source = Metadata(field, kSourceKey);
    if (source.empty()) source = field.name();
    const std::string doc = Metadata(field, "doc");
    if (!doc.empty() || source != legal) (*json)["doc"] = doc.empty() ? source : doc;
    if (source != legal) (*json)[kSourceKey] = source;
    const std::string id = Metadata(field, kFieldIdKey);
    if (const Json number = Json::parse(id, nullptr, false);
        number.is_number_unsigned()) {
      (*json)["field-id"] = number;
    }
    const std::string shape = Metadata(field, kShapeKey);
    if (shape.empty()) return;
    const Json sizes =
        Json::parse("[" + shape + "]", nullptr, /*allow_exceptions=*/false);
    if (sizes.is_array()) (*json)[kShapeKey] = sizes;
  }

  Result<Mapped> Nullable(const arrow::Field& field, const std::string& path) {
    if (levels_ == kMostAvroLevels) {
      return Refuse(path, *field.type(),
                    fmt::format("it is nested deeper than {}", kMostAvroLevels));
    }
    ++levels_;
    Result<Mapped> type = Type(*field.type(), path);
    --levels_;
    HOWDAH_ASSIGN_OR_RETURN(Mapped mapped, std::move(type));
    if (field.nullable()) mapped.json = {"null", std::move(mapped.json)};
    return mapped;
  }

  Result<Mapped> Type(const arrow::DataType& type, const std::string& path) {
    using Id = arrow::Type;
    switch (type.id()) {
      case Id::BOOL:
        return Mapped{"boolean", arrow::boolean()};
      case Id::INT8:
      case Id::INT16:
      case Id::INT32:
      case Id::UINT8:
      case Id::UINT16:
        return Mapped{"int", arrow::int32()};
      case Id::INT64:
      case Id::UINT32:
        return Mapped{"long", arrow::int64()};
      case Id::UINT64:
        return Refuse(path, type, "Avro has no unsigned numbers; cast it to int64");
      case Id::FLOAT:
        return Mapped{"float", arrow::float32()};
      case Id::DOUBLE:
        return Mapped{"double", arrow::float64()};
      case Id::STRING:
      case Id::LARGE_STRING:
        return Mapped{"string", arrow::utf8()};
      case Id::BINARY:
      case Id::LARGE_BINARY:
        return Mapped{"bytes", arrow::binary()};
      case Id::FIXED_SIZE_BINARY: {
        const int width =
            static_cast<const arrow::FixedSizeBinaryType&>(type).byte_width();
        return Mapped{{{"type", "fixed"}, {"name", TypeName(path)}, {"size", width}},
                      arrow::fixed_size_binary(width)};
      }
      case Id::DATE32:
        return Logical("int", "date", arrow::date32());
      case Id::TIME32:
      case Id::TIME64:
        return Time(static_cast<const arrow::TimeType&>(type), path);
      case Id::TIMESTAMP:
        return Timestamp(static_cast<const arrow::TimestampType&>(type), path);
      case Id::DECIMAL32:
      case Id::DECIMAL64:
      case Id::DECIMAL128:
      case Id::DECIMAL256:
        return Decimal(static_cast<const arrow::DecimalType&>(type), path);
      case Id::LIST:
      case Id::LARGE_LIST:
      case Id::FIXED_SIZE_LIST: {
        const arrow::Field& element = *type.field(0);
        HOWDAH_ASSIGN_OR_RETURN(Mapped items, Nullable(element, path + ".element"));
        return Mapped{
            {{"type", "array"}, {"items", std::move(items.json)}},
            arrow::list(arrow::field("element", items.stored, element.nullable()))};
      }
      case Id::STRUCT:
        if (type.num_fields() == 0) {
          return Refuse(path, type, "other readers refuse records without fields");
        }
        return Record(type.fields(), TypeName(path), path);
      case Id::MAP:
        return Map(static_cast<const arrow::MapType&>(type), path);
      default:
        return Refuse(path, type, "Avro has no such type");
    }
  }

  static Result<Mapped> Time(const arrow::TimeType& type, const std::string& path) {
    if (type.unit() == arrow::TimeUnit::MILLI) {
      return Logical("int", "time-millis", arrow::time32(type.unit()));
    }
    if (type.unit() == arrow::TimeUnit::MICRO) {
      return Logical("long", "time-micros", arrow::time64(type.unit()));
    }
    return Refuse(path, type,
                  "Avro has milliseconds and microseconds; cast it to time64[us]");
  }

  static Result<Mapped> Timestamp(const arrow::TimestampType& type,
                                  const std::string& path) {
    const bool millis = type.unit() == arrow::TimeUnit::MILLI;
    if (!millis && type.unit() != arrow::TimeUnit::MICRO) {
      return Refuse(
          path, type,
          "Avro's readers know milliseconds and microseconds; cast it to timestamp[us]");
    }
    if (type.timezone().empty()) {
      return Logical("long", millis ? "local-timestamp-millis" : "local-timestamp-micros",
                     arrow::timestamp(type.unit()));
    }
    return Logical("long", millis ? "timestamp-millis" : "timestamp-micros",
                   arrow::timestamp(type.unit(), "UTC"));
  }

  static Result<Mapped> Decimal(const arrow::DecimalType& type, const std::string& path) {
    if (type.precision() > kMostDecimalDigits) {
      return Refuse(
          path, type,
          "Hive and Spark read 38 digits at most; cast it to a smaller decimal");
    }
    if (type.scale() < 0 || type.scale() > type.precision()) {
      return Refuse(path, type,
                    "Avro has no scale below 0 or above the precision; cast it to "
                    "another decimal");
    }
    return Mapped{{{"type", "bytes"},
                   {"logicalType", "decimal"},
                   {"precision", type.precision()},
                   {"scale", type.scale()}},
                  arrow::decimal128(type.precision(), type.scale())};
  }

  Result<Mapped> Map(const arrow::MapType& type, const std::string& path) {
    if (type.key_type()->id() != arrow::Type::STRING &&
        type.key_type()->id() != arrow::Type::LARGE_STRING) {
      return Refuse(path, type, "Avro has maps with keys of string only");
    }
    HOWDAH_ASSIGN_OR_RETURN(Mapped values, Nullable(*type.item_field(), path + ".value"));
    return Mapped{{{"type", "map"}, {"values", std::move(values.json)}},
                  arrow::map(arrow::utf8(), arrow::field("value", values.stored,
                                                         type.item_field()->nullable()))};
  }

  std::set<std::string> names_{kRowName};
  size_t levels_ = 0;  // of the column, down to the type that is being mapped
};

}  // namespace

Result<AvroSchemaText> ToAvroSchema(const arrow::Schema& schema) {
  if (schema.num_fields() == 0) {
    return Error(ErrorKind::kSchemaMismatch, "an Avro file needs at least one column");
  }
  HOWDAH_ASSIGN_OR_RETURN(const Mapped row,
                          Mapper().Record(schema.fields(), kRowName, ""));
  Json json = {{"type", "record"}, {"name", kRowName}, {"namespace", kNamespace}};
  json["fields"] = row.json.at("fields");
  // Names may have been bytes that are not UTF-8.
  return AvroSchemaText{.json = json.dump(-1, ' ', false, Json::error_handler_t::replace),
                        .stored = arrow::schema(row.stored->fields())};
}

Result<std::shared_ptr<arrow::Schema>> FromAvroSchema(const std::string& json) {
  HOWDAH_ASSIGN_OR_RETURN(const AvroSchema parsed,
                          AvroSchema::Parse(json, AvroSchema::Names::kAny));
  const AvroTypeRules rules{.verb = "be read", .millis = true};
  arrow::FieldVector fields;
  for (const AvroField& field : parsed.record().fields) {
    HOWDAH_ASSIGN_OR_RETURN(
        const AvroColumnType column,
        ColumnTypeOf(*field.type, fmt::format("field '{}'", field.name), rules));
    fields.push_back(arrow::field(field.name, column.type, column.nullable));
  }
  return arrow::schema(std::move(fields));
}

}  // namespace howdah
