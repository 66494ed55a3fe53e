#include "schema/avro_types.h"

#include <arrow/type.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace howdah {
namespace {

using nlohmann::json;

constexpr int kMostTypes = 10'000;  // references can name exponentially many
constexpr int kMostLevels = 64;

Status NotAvro(const std::string& path, const std::string& expected, const json& got) {
  return Error(ErrorKind::kInvalidInput, "{}: expected {}, got {}", path, expected,
               Quoted(got));
}

Status DoesNotLand(const std::string& path, const std::string& what) {
  return Error(ErrorKind::kSchemaMismatch, "{}: {}", path, what);
}

/// A name of the specification's section "Names"; with dots if `full`.
bool IsName(std::string_view text, bool full) {
  bool at_start = true;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool digit = c >= '0' && c <= '9';
    const bool dot = full && c == '.';
    if (at_start ? !letter : !(letter || digit || dot)) return false;
    at_start = dot;
  }
  return !at_start;
}

std::string SpaceOf(const std::string& full_name) {
  const size_t dot = full_name.rfind('.');
  return dot == std::string::npos ? "" : full_name.substr(0, dot);
}

/// `outer`, the parts of which are `inner`.
Status Count(const AvroType& inner, const std::string& path, AvroType* outer) {
  outer->size += inner.size;
  outer->depth = std::max(outer->depth, inner.depth + 1);
  if (outer->size > kMostTypes) {
    return DoesNotLand(path, fmt::format("it holds more than {} types", kMostTypes));
  }
  if (outer->depth > kMostLevels) {
    return DoesNotLand(path, fmt::format("it is nested deeper than {}", kMostLevels));
  }
  return Status::OK();
}

Result<int32_t> FixedSize(const json& schema, const std::string& path) {
  const auto size = schema.find("size");
  if (size == schema.end() || !size->is_number_unsigned() || size->get<uint64_t>() < 1 ||
      size->get<uint64_t>() > uint64_t{std::numeric_limits<int32_t>::max()}) {
    return NotAvro(path, R"("fixed" with a "size" from 1 to 2^31-1)", schema);
  }
  return static_cast<int32_t>(size->get<uint64_t>());
}

Status CheckSymbols(const json& schema, const std::string& path) {
  const auto symbols = schema.find("symbols");
  if (symbols == schema.end() || !symbols->is_array() || symbols->empty()) {
    return NotAvro(path, R"("enum" with "symbols")", schema);
  }
  std::set<std::string> seen;
  for (const json& symbol : *symbols) {
    if (!symbol.is_string() || !IsName(symbol.get_ref<const std::string&>(), false) ||
        !seen.insert(symbol.get<std::string>()).second) {
      return NotAvro(path, "different names as \"symbols\"", symbol);
    }
  }
  return Status::OK();
}

}  // namespace

std::string Quoted(const json& value) {
  constexpr size_t kMost = 120;
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() <= kMost) return text;
  text.resize(kMost);
  return text.append("…");
}

Result<AvroType> AvroTypes::Read(const json& schema, const std::string& space,
                                 const std::string& path) {
  if (schema.is_array()) return ReadUnion(schema, space, path);
  if (schema.is_object()) return ReadObject(schema, space, path);
  if (!schema.is_string()) {
    return NotAvro(path, "a type: a name, a union or an object", schema);
  }
  const auto& name = schema.get_ref<const std::string&>();
  if (name == "null") {
    return DoesNotLand(path,
                       "null alone is no column; say what is null sometimes, as in "
                       "[\"null\", \"double\"]");
  }
  if (name != "fixed") {
    HOWDAH_ASSIGN_OR_RETURN(auto type, PrimitiveType(name, schema, 0, path));
    if (type != nullptr) return AvroType{.type = std::move(type)};
  }
  return Refer(name, space, path);
}

Result<AvroType> AvroTypes::ReadUnion(const json& schema, const std::string& space,
                                      const std::string& path) {
  std::vector<const json*> others;
  for (const json& branch : schema) {
    if (branch != "null") others.push_back(&branch);
  }
  if (others.size() != 1 || schema.size() > 2) {
    return DoesNotLand(
        path, fmt::format("the union {} cannot land; one type with or without null can",
                          Quoted(schema)));
  }
  HOWDAH_ASSIGN_OR_RETURN(AvroType type, Read(*others.front(), space, path));
  if (type.nullable) return NotAvro(path, "no union inside a union", schema);
  type.nullable = schema.size() == 2;
  return type;
}

Result<AvroType> AvroTypes::ReadObject(const json& schema, const std::string& space,
                                       const std::string& path) {
  const auto found = schema.find("type");
  if (found == schema.end()) return NotAvro(path, "an object with a \"type\"", schema);
  if (!found->is_string()) return Read(*found, space, path);
  const auto& kind = found->get_ref<const std::string&>();
  if (kind == "record" || kind == "enum" || kind == "fixed") {
    return ReadNamed(schema, kind, space, path);
  }
  if (kind == "array" || kind == "map") {
    const char* key = kind == "array" ? "items" : "values";
    const auto inner = schema.find(key);
    if (inner == schema.end()) {
      return NotAvro(path, fmt::format(R"("{}" with "{}")", kind, key), schema);
    }
    const std::string place = path + (kind == "array" ? ", elements" : ", values");
    HOWDAH_ASSIGN_OR_RETURN(const AvroType element, Read(*inner, space, place));
    AvroType type;
    HOWDAH_RETURN_IF_ERROR(Count(element, path, &type));
    type.type = kind == "array"
                    ? arrow::list(arrow::field("element", element.type, element.nullable))
                    : arrow::map(arrow::utf8(),
                                 arrow::field("value", element.type, element.nullable));
    return type;
  }
  HOWDAH_ASSIGN_OR_RETURN(auto primitive, PrimitiveType(kind, schema, 0, path));
  if (primitive != nullptr) return AvroType{.type = std::move(primitive)};
  return Read(*found, space, path);
}

Result<AvroType> AvroTypes::ReadNamed(const json& schema, const std::string& kind,
                                      const std::string& space, const std::string& path) {
  AvroType type;
  std::string name;
  if (kind == "record") {
    HOWDAH_ASSIGN_OR_RETURN(const std::vector<AvroField> fields,
                            ReadRecord(schema, space, path, &name));
    arrow::FieldVector children;
    for (const AvroField& field : fields) {
      HOWDAH_RETURN_IF_ERROR(Count(field.type, path, &type));
      children.push_back(arrow::field(field.name, field.type.type, field.type.nullable));
    }
    if (children.empty()) return DoesNotLand(path, "a record without fields cannot land");
    type.type = arrow::struct_(children);
  } else {
    HOWDAH_ASSIGN_OR_RETURN(name, Define(schema, space, path));
    if (kind == "enum") {
      HOWDAH_RETURN_IF_ERROR(CheckSymbols(schema, path));
      type.type = arrow::utf8();
    } else {
      HOWDAH_ASSIGN_OR_RETURN(const int32_t size, FixedSize(schema, path));
      HOWDAH_ASSIGN_OR_RETURN(type.type, PrimitiveType("fixed", schema, size, path));
    }
  }
  named_[name] = type;
  return type;
}

Result<std::vector<AvroField>> AvroTypes::ReadRecord(const json& record,
                                                     const std::string& space,
                                                     const std::string& path,
                                                     std::string* full_name) {
  HOWDAH_ASSIGN_OR_RETURN(*full_name, Define(record, space, path));
  const auto list = record.find("fields");
  if (list == record.end() || !list->is_array()) {
    return NotAvro(path, R"("record" with a list of "fields")", record);
  }
  std::vector<AvroField> fields;
  std::set<std::string> names;
  for (const json& field : *list) {
    const auto name = field.is_object() ? field.find("name") : field.end();
    if (!field.is_object() || name == field.end() || !name->is_string() ||
        !IsName(name->get_ref<const std::string&>(), false)) {
      return NotAvro(path,
                     "a field with a \"name\" of letters, digits and _ (no digit first)",
                     field);
    }
    AvroField read{.name = name->get<std::string>(), .json = &field};
    const std::string place = fmt::format("{}, field '{}'", path, read.name);
    if (!names.insert(read.name).second) {
      return DoesNotLand(place, "it is declared twice");
    }
    const auto type = field.find("type");
    if (type == field.end()) return NotAvro(place, "a \"type\"", field);
    HOWDAH_ASSIGN_OR_RETURN(read.type, Read(*type, SpaceOf(*full_name), place));
    fields.push_back(std::move(read));
  }
  return fields;
}

Result<AvroType> AvroTypes::Refer(const std::string& name, const std::string& space,
                                  const std::string& path) {
  const bool is_full = space.empty() || name.find('.') != std::string::npos;
  const auto found = named_.find(is_full ? name : space + "." + name);
  if (found == named_.end()) {
    return NotAvro(path, "a type of Avro, or a name that the schema defined before",
                   name);
  }
  if (!found->second) {
    return DoesNotLand(
        path, fmt::format("'{}' holds itself, which no column can", found->first));
  }
  return *found->second;
}

Result<std::string> AvroTypes::Define(const json& schema, const std::string& space,
                                      const std::string& path) {
  const auto name = schema.find("name");
  if (name == schema.end() || !name->is_string() ||
      !IsName(name->get_ref<const std::string&>(), true)) {
    return NotAvro(path, "a \"name\" of letters, digits and _ (no digit first)", schema);
  }
  std::string full_name = name->get<std::string>();
  if (full_name.find('.') == std::string::npos) {
    std::string around = space;
    if (const auto own = schema.find("namespace"); own != schema.end()) {
      around = own->is_string() ? own->get<std::string>() : ".";
      if (!around.empty() && !IsName(around, true)) {
        return NotAvro(path, "a \"namespace\" of names with dots between", *own);
      }
    }
    if (!around.empty()) full_name = around + "." + full_name;
  }
  if (!named_.emplace(full_name, std::nullopt).second) {
    return Error(ErrorKind::kInvalidInput, "{}: '{}' is defined twice", path, full_name);
  }
  return full_name;
}

}  // namespace howdah
