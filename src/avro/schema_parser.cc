#include "avro/schema_parser.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/text.h"

namespace howdah {
namespace {

using nlohmann::json;

Status NotAvro(const std::string& path, const std::string& expected, const json& got) {
  return Error(ErrorKind::kInvalidInput, "{}: expected {}, got {}", path, expected,
               QuotedJson(got));
}

std::string SpaceOf(const std::string& full_name) {
  const size_t dot = full_name.rfind('.');
  return dot == std::string::npos ? "" : full_name.substr(0, dot);
}

const std::map<std::string, AvroKind, std::less<>>& Primitives() {
  static const std::map<std::string, AvroKind, std::less<>> primitives = {
      {"null", AvroKind::kNull},   {"boolean", AvroKind::kBoolean},
      {"int", AvroKind::kInt},     {"long", AvroKind::kLong},
      {"float", AvroKind::kFloat}, {"double", AvroKind::kDouble},
      {"bytes", AvroKind::kBytes}, {"string", AvroKind::kString}};
  return primitives;
}

}  // namespace

std::string QuotedJson(const json& value) {
  return Shortened(value.dump(-1, ' ', true, json::error_handler_t::replace));
}

std::string AttributesOf(const json& object, std::initializer_list<const char*> without) {
  json rest = object;
  for (const char* key : without) rest.erase(key);
  return rest.dump(-1, ' ', true, json::error_handler_t::replace);
}

AvroNode* AvroSchemaParser::Make(AvroKind kind) {
  AvroNode& node = nodes_.emplace_back();
  node.kind = kind;
  return &node;
}

/// A name of the specification's section "Names"; with dots if `full`.
bool AvroSchemaParser::IsName(std::string_view text, bool full) const {
  if (!strict_) return !text.empty();
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

Result<const AvroNode*> AvroSchemaParser::Parse(const json& schema,
                                                const std::string& space,
                                                const std::string& path) {
  if (schema.is_array()) return ParseUnion(schema, space, path);
  if (schema.is_object()) return ParseObject(schema, space, path);
  if (!schema.is_string()) {
    return NotAvro(path, "a type: a name, a union or an object", schema);
  }
  const auto& name = schema.get_ref<const std::string&>();
  const auto primitive = Primitives().find(name);
  if (primitive != Primitives().end()) return Make(primitive->second);
  return Refer(name, space, path);
}

Result<const AvroNode*> AvroSchemaParser::ParseUnion(const json& schema,
                                                     const std::string& space,
                                                     const std::string& path) {
  AvroNode* const node = Make(AvroKind::kUnion);
  node->text = QuotedJson(schema);
  for (const json& branch : schema) {
    HOWDAH_ASSIGN_OR_RETURN(const AvroNode* part, Parse(branch, space, path));
    if (part->kind == AvroKind::kUnion) {
      return NotAvro(path, "no union inside a union", schema);
    }
    node->parts.push_back(part);
  }
  return node;
}

Result<const AvroNode*> AvroSchemaParser::ParseObject(const json& schema,
                                                      const std::string& space,
                                                      const std::string& path) {
  const auto found = schema.find("type");
  if (found == schema.end()) return NotAvro(path, "an object with a \"type\"", schema);
  if (!found->is_string()) return Parse(*found, space, path);
  const auto& kind = found->get_ref<const std::string&>();
  if (kind == "record" || kind == "error") {
    return ParseNamed(schema, AvroKind::kRecord, space, path);
  }
  if (kind == "enum") return ParseNamed(schema, AvroKind::kEnum, space, path);
  if (kind == "fixed") return ParseNamed(schema, AvroKind::kFixed, space, path);
  if (kind == "array" || kind == "map") {
    const bool array = kind == "array";
    const char* key = array ? "items" : "values";
    const auto inner = schema.find(key);
    if (inner == schema.end()) {
      return NotAvro(path, fmt::format(R"("{}" with "{}")", kind, key), schema);
    }
    AvroNode* const node = Make(array ? AvroKind::kArray : AvroKind::kMap);
    const std::string place = path + (array ? ", elements" : ", values");
    HOWDAH_ASSIGN_OR_RETURN(const AvroNode* part, Parse(*inner, space, place));
    node->parts.push_back(part);
    return node;
  }
  const auto primitive = Primitives().find(kind);
  if (primitive == Primitives().end()) return Parse(*found, space, path);
  AvroNode* const node = Make(primitive->second);
  HOWDAH_RETURN_IF_ERROR(ParseLogical(schema, path, node));
  return node;
}

Result<const AvroNode*> AvroSchemaParser::ParseNamed(const json& schema, AvroKind kind,
                                                     const std::string& space,
                                                     const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(std::string name, NameOf(schema, space, path));
  AvroNode* const node = Make(kind);
  if (!name.empty() && !named_.emplace(name, node).second) {
    return Error(ErrorKind::kInvalidInput, "{}: '{}' is defined twice", path, name);
  }
  node->name = std::move(name);
  if (kind == AvroKind::kRecord) {
    HOWDAH_RETURN_IF_ERROR(ParseFields(schema, path, node));
  } else if (kind == AvroKind::kEnum) {
    HOWDAH_RETURN_IF_ERROR(ParseSymbols(schema, path, node));
  } else {
    HOWDAH_RETURN_IF_ERROR(ParseSize(schema, path, node));
    HOWDAH_RETURN_IF_ERROR(ParseLogical(schema, path, node));
  }
  return node;
}

Status AvroSchemaParser::ParseFields(const json& record, const std::string& path,
                                     AvroNode* node) {
  const auto list = record.find("fields");
  if (list == record.end() || !list->is_array()) {
    return NotAvro(path, R"("record" with a list of "fields")", record);
  }
  std::set<std::string> names;
  for (const json& field : *list) {
    const auto name = field.is_object() ? field.find("name") : field.end();
    if (!field.is_object() || name == field.end() || !name->is_string() ||
        !IsName(name->get_ref<const std::string&>(), false)) {
      return NotAvro(path,
                     "a field with a \"name\" of letters, digits and _ (no digit first)",
                     field);
    }
    AvroField read{.name = name->get<std::string>(),
                   .attributes = AttributesOf(field, {"type"})};
    const std::string place = fmt::format("{}, field '{}'", path, read.name);
    if (!names.insert(read.name).second) {
      return Error(ErrorKind::kSchemaMismatch, "{}: it is declared twice", place);
    }
    if (const auto aliases = field.find("aliases");
        aliases != field.end() && aliases->is_array()) {
      for (const json& alias : *aliases) {
        if (alias.is_string()) read.aliases.push_back(alias.get<std::string>());
      }
    }
    const auto type = field.find("type");
    if (type == field.end()) return NotAvro(place, "a \"type\"", field);
    HOWDAH_ASSIGN_OR_RETURN(read.type, Parse(*type, SpaceOf(node->name), place));
    node->fields.push_back(std::move(read));
  }
  return Status::OK();
}

Status AvroSchemaParser::ParseSymbols(const json& schema, const std::string& path,
                                      AvroNode* node) const {
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
    node->symbols.push_back(symbol.get<std::string>());
  }
  return Status::OK();
}

Status AvroSchemaParser::ParseSize(const json& schema, const std::string& path,
                                   AvroNode* node) const {
  const auto size = schema.find("size");
  if (size == schema.end() || !size->is_number_unsigned() || size->get<uint64_t>() < 1 ||
      size->get<uint64_t>() > uint64_t{std::numeric_limits<int32_t>::max()}) {
    return NotAvro(path, R"("fixed" with a "size" from 1 to 2^31-1)", schema);
  }
  node->size = static_cast<int32_t>(size->get<uint64_t>());
  return Status::OK();
}

Result<const AvroNode*> AvroSchemaParser::Refer(const std::string& name,
                                                const std::string& space,
                                                const std::string& path) const {
  const bool is_full = space.empty() || name.find('.') != std::string::npos;
  const auto found = named_.find(is_full ? name : space + "." + name);
  if (found != named_.end()) return found->second;
  return NotAvro(path, "a type of Avro, or a name that the schema defined before", name);
}

Result<std::string> AvroSchemaParser::NameOf(const json& schema, const std::string& space,
                                             const std::string& path) const {
  const auto name = schema.find("name");
  const bool named = name != schema.end() && name->is_string();
  // Polars writes records without a name, to which nothing can refer.
  if (!strict_ && (!named || name->get_ref<const std::string&>().empty())) return "";
  if (!named || !IsName(name->get_ref<const std::string&>(), true)) {
    return NotAvro(path, "a \"name\" of letters, digits and _ (no digit first)", schema);
  }
  std::string full_name = name->get<std::string>();
  if (full_name.find('.') != std::string::npos) return full_name;
  std::string around = space;
  if (const auto own = schema.find("namespace"); own != schema.end()) {
    around = own->is_string() ? own->get<std::string>() : strict_ ? "." : "";
    if (!around.empty() && !IsName(around, true)) {
      return NotAvro(path, "a \"namespace\" of names with dots between", *own);
    }
  }
  return around.empty() ? full_name : around + "." + full_name;
}

}  // namespace howdah
