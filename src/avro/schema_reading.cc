// The way back: FromAvroSchema.

#include <arrow/type.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "avro/schema_text.h"

namespace howdah {
namespace {

using Json = nlohmann::json;
using TypePtr = std::shared_ptr<arrow::DataType>;
using FieldPtr = std::shared_ptr<arrow::Field>;

constexpr int kMostDepth = 64;
constexpr int kMostTypes = 100'000;  // references make many of few bytes
constexpr int kMostDecimalDigits = 38;

std::string Text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

int Whole(const Json& object, const char* key, int otherwise) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return otherwise;
  const auto number = found->get<int64_t>();
  return number >= 0 && number <= std::numeric_limits<int32_t>::max()
             ? static_cast<int>(number)
             : otherwise;
}

class Reader {
 public:
  /// A field of what `json` says. `scope` is the namespace around it.
  Result<FieldPtr> Field(const Json& json, const std::string& name,
                         const std::string& path, const std::string& scope, int depth) {
    if (depth > kMostDepth || ++types_ > kMostTypes) {
      return Error(ErrorKind::kUnsupported, "field '{}': too many types", path);
    }
    if (!json.is_array()) {
      HOWDAH_ASSIGN_OR_RETURN(TypePtr type, Type(json, path, scope, depth));
      if (type == nullptr) {
        return Error(ErrorKind::kUnsupported, "field '{}' is null alone", path);
      }
      return arrow::field(name, std::move(type), /*nullable=*/false);
    }
    bool nullable = false;
    TypePtr only;
    for (const Json& branch : json) {
      HOWDAH_ASSIGN_OR_RETURN(TypePtr type, Type(branch, path, scope, depth));
      if (type == nullptr && !nullable) {
        nullable = true;
      } else if (type != nullptr && only == nullptr) {
        only = std::move(type);
      } else {
        only = nullptr;
        break;
      }
    }
    if (only == nullptr) {
      return Error(ErrorKind::kUnsupported,
                   "field '{}' is a union of other than null and one type", path);
    }
    return arrow::field(name, std::move(only), nullable);
  }

 private:
  /// nullptr: null.
  Result<TypePtr> Type(const Json& json, const std::string& path,
                       const std::string& scope, int depth) {
    if (json.is_string()) return Named(json.get<std::string>(), path, scope);
    if (!json.is_object()) {
      return Error(ErrorKind::kCorruption, "field '{}' has no Avro type", path);
    }
    const auto type = json.find("type");
    if (type == json.end()) {
      return Error(ErrorKind::kCorruption, "field '{}' has no Avro type", path);
    }
    if (!type->is_string()) {  // {"type": {…}}
      HOWDAH_ASSIGN_OR_RETURN(const FieldPtr field,
                              Field(*type, "", path, scope, depth + 1));
      return field->type();
    }
    const auto kind = type->get<std::string>();
    if (kind == "record" || kind == "error") return Record(json, path, scope, depth);
    if (kind == "enum") {
      Define(json, scope, arrow::utf8());
      return arrow::utf8();
    }
    if (kind == "fixed") return Fixed(json, path, scope);
    if (kind == "array" || kind == "map") {
      const bool array = kind == "array";
      const auto inner = json.find(array ? "items" : "values");
      if (inner == json.end()) {
        return Error(ErrorKind::kCorruption, "field '{}' has no items", path);
      }
      const std::string name = array ? "element" : "value";
      HOWDAH_ASSIGN_OR_RETURN(FieldPtr field,
                              Field(*inner, name, path + "." + name, scope, depth + 1));
      if (array) return arrow::list(std::move(field));
      return std::make_shared<arrow::MapType>(
          arrow::field("key", arrow::utf8(), /*nullable=*/false), std::move(field));
    }
    HOWDAH_ASSIGN_OR_RETURN(TypePtr plain, Named(kind, path, scope));
    return Logical(json, std::move(plain));
  }

  Result<TypePtr> Named(const std::string& name, const std::string& path,
                        const std::string& scope) {
    static const std::map<std::string, TypePtr> primitive = {
        {"null", nullptr},           {"boolean", arrow::boolean()},
        {"int", arrow::int32()},     {"long", arrow::int64()},
        {"float", arrow::float32()}, {"double", arrow::float64()},
        {"bytes", arrow::binary()},  {"string", arrow::utf8()},
    };
    if (const auto found = primitive.find(name); found != primitive.end()) {
      return found->second;
    }
    for (const std::string& full : {FullName(name, scope), name}) {
      const auto found = named_.find(full);
      if (found == named_.end()) continue;
      if (found->second == nullptr) {
        return Error(ErrorKind::kUnsupported, "field '{}' is inside of its own type '{}'",
                     path, name);
      }
      types_ += found->second->num_fields();
      return found->second;
    }
    return Error(ErrorKind::kCorruption, "field '{}' is of a type '{}' that is not there",
                 path, name);
  }

  /// What a logical type makes of `plain`; unknown ones, and known ones on other types,
  /// are to be ignored.
  static TypePtr Logical(const Json& json, TypePtr plain) {
    const std::string logical = Text(json, "logicalType");
    if (logical.empty() || plain == nullptr) return plain;
    static const std::map<std::pair<std::string, arrow::Type::type>, TypePtr> table = {
        {{"date", arrow::Type::INT32}, arrow::date32()},
        {{"time-millis", arrow::Type::INT32}, arrow::time32(arrow::TimeUnit::MILLI)},
        {{"time-micros", arrow::Type::INT64}, arrow::time64(arrow::TimeUnit::MICRO)},
        {{"timestamp-millis", arrow::Type::INT64},
         arrow::timestamp(arrow::TimeUnit::MILLI, "UTC")},
        {{"timestamp-micros", arrow::Type::INT64},
         arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")},
        {{"local-timestamp-millis", arrow::Type::INT64},
         arrow::timestamp(arrow::TimeUnit::MILLI)},
        {{"local-timestamp-micros", arrow::Type::INT64},
         arrow::timestamp(arrow::TimeUnit::MICRO)},
    };
    if (const auto found = table.find({logical, plain->id()}); found != table.end()) {
      return found->second;
    }
    const bool bytes = plain->id() == arrow::Type::BINARY ||
                       plain->id() == arrow::Type::FIXED_SIZE_BINARY;
    const int precision = Whole(json, "precision", 0), scale = Whole(json, "scale", 0);
    if (logical == "decimal" && bytes && precision > 0 &&
        precision <= kMostDecimalDigits && scale <= precision) {
      return arrow::decimal128(precision, scale);
    }
    return plain;
  }

  Result<TypePtr> Fixed(const Json& json, const std::string& path,
                        const std::string& scope) {
    const int size = Whole(json, "size", -1);
    if (size < 0) {
      return Error(ErrorKind::kCorruption, "field '{}' is fixed without a size", path);
    }
    TypePtr type = Logical(json, arrow::fixed_size_binary(size));
    Define(json, scope, type);
    return type;
  }

  Result<TypePtr> Record(const Json& json, const std::string& path,
                         const std::string& scope, int depth) {
    const auto fields = json.find("fields");
    if (fields == json.end() || !fields->is_array()) {
      return Error(ErrorKind::kCorruption, "the record at '{}' has no fields", path);
    }
    const std::string full = Define(json, scope, nullptr);
    const std::string inner = full.substr(0, full.rfind('.') + 1);
    arrow::FieldVector list;
    for (const Json& field : *fields) {
      const std::string name = field.is_object() ? Text(field, "name") : "";
      if (name.empty() || !field.contains("type")) {
        return Error(ErrorKind::kCorruption,
                     "the record at '{}' has a field without name or type", path);
      }
      const std::string at = path.empty() ? name : path + "." + name;
      HOWDAH_ASSIGN_OR_RETURN(list.emplace_back(),
                              Field(field.at("type"), name, at, inner, depth + 1));
    }
    TypePtr type = arrow::struct_(std::move(list));
    named_[full] = type;
    return type;
  }

  /// \param scope  "" or a namespace with '.' behind it.
  static std::string FullName(const std::string& name, const std::string& scope) {
    return name.find('.') == std::string::npos ? scope + name : name;
  }

  std::string Define(const Json& json, const std::string& scope, TypePtr type) {
    const std::string own = Text(json, "namespace");
    const std::string full =
        FullName(Text(json, "name"),
                 json.contains("namespace") ? (own.empty() ? "" : own + ".") : scope);
    named_[full] = std::move(type);
    return full;
  }

  std::map<std::string, TypePtr> named_;  // nullptr: being read
  int types_ = 0;
};

}  // namespace

Result<std::shared_ptr<arrow::Schema>> FromAvroSchema(const std::string& json) {
  const Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) {
    return Error(ErrorKind::kCorruption, "the Avro schema is not JSON");
  }
  HOWDAH_ASSIGN_OR_RETURN(const FieldPtr row, Reader().Field(parsed, "", "", "", 0));
  if (row->type()->id() != arrow::Type::STRUCT || row->nullable()) {
    return Error(ErrorKind::kCorruption, "the Avro schema is not a record's");
  }
  return arrow::schema(row->type()->fields());
}

}  // namespace howdah
