#include "schema/declared_schema.h"

#include <arrow/type.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "base/version.h"
#include "schema/avro_types.h"
#include "schema/names.h"

namespace howdah {
namespace {

using nlohmann::json;

constexpr size_t kMostBytes = 4 << 20;
constexpr int kMostBrackets = 200;  // open at once

/// The deepest nesting of arrays and objects in JSON text.
int Nesting(const std::string& text) {
  int open = 0, most = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '{' || c == '[')) {
      most = std::max(most, ++open);
    } else if (!in_string && (c == '}' || c == ']')) {
      --open;
    }
  }
  return most;
}

Result<json> ParseJson(const std::string& text) {
  if (text.size() > kMostBytes) {
    return Error(ErrorKind::kInvalidInput,
                 "{} bytes are too many for a schema; expected at most {}", text.size(),
                 kMostBytes);
  }
  if (Nesting(text) > kMostBrackets) {
    return Error(ErrorKind::kInvalidInput,
                 "more than {} brackets are open at once, too many for a schema",
                 kMostBrackets);
  }
  try {
    return json::parse(text);
  } catch (const json::parse_error& error) {
    const size_t at = std::min(error.byte, text.size());
    const auto end = text.begin() + static_cast<int64_t>(at);
    return Error(ErrorKind::kInvalidInput,
                 "line {}: not JSON, which an Avro schema (.avsc) is",
                 1 + std::count(text.begin(), end - (at > 0 ? 1 : 0), '\n'));
  } catch (const std::exception&) {
    return Error(ErrorKind::kInvalidInput,
                 "not JSON that can be read, which an Avro schema (.avsc) is");
  }
}

/// The text at `key`, "" if there is none.
Result<std::string> TextAt(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return "";
  if (found->is_string()) return found->get<std::string>();
  return Error(ErrorKind::kInvalidInput, "expected text as \"{}\", got {}", key,
               Quoted(*found));
}

Status CheckName(const std::string& name) {
  const std::string legal = LegalName(name);
  if (legal == name) return Status::OK();
  return Error(
      ErrorKind::kSchemaMismatch,
      "column names are of at most 128 lower case letters, digits and _; call it "
      "'{}'",
      legal);
}

/// Properties that would be asked of the values, and that nothing here enforces, must not
/// be passed over; other properties are the user's own.
Status CheckProperties(const json& object) {
  static const std::vector<std::string> known = {"tensor.source", "tensor.round"};
  for (const auto& [name, value] : object.items()) {
    const bool ours = name.starts_with("check.") || name.starts_with("tensor.");
    if (!ours || std::find(known.begin(), known.end(), name) != known.end()) continue;
    return Error(ErrorKind::kSchemaMismatch,
                 "property \"{}\" is not available in howdah {}; there is {}{}", name,
                 kVersion, QuotedList(known), DidYouMean(name, known));
  }
  return Status::OK();
}

Result<DeclaredField> ReadField(const AvroField& field) {
  HOWDAH_RETURN_IF_ERROR(CheckName(field.name));
  HOWDAH_RETURN_IF_ERROR(CheckProperties(*field.json));
  DeclaredField declared{
      .name = field.name, .type = field.type.type, .nullable = field.type.nullable};
  const json& object = *field.json;
  HOWDAH_ASSIGN_OR_RETURN(declared.doc, TextAt(object, "doc"));
  HOWDAH_ASSIGN_OR_RETURN(std::string source, TextAt(object, "tensor.source"));
  if (!source.empty()) declared.tensor_source = std::move(source);
  if (const auto round = object.find("tensor.round"); round != object.end()) {
    if (!round->is_boolean()) {
      return Error(ErrorKind::kInvalidInput,
                   "expected true or false as \"tensor.round\", got {}", Quoted(*round));
    }
    declared.round = round->get<bool>();
  }
  return declared;
}

Result<DeclaredSchema> ReadSchema(const json& root) {
  if (!root.is_object() || !root.contains("type") || root["type"] != "record") {
    const bool is_schema = root.is_string() || root.is_array() ||
                           (root.is_object() && root.contains("type"));
    return Error(is_schema ? ErrorKind::kSchemaMismatch : ErrorKind::kInvalidInput,
                 "expected an Avro record, {{\"type\": \"record\", …}}, got {}",
                 Quoted(root));
  }
  DeclaredSchema schema;
  AvroTypes types;
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<AvroField> fields,
                          types.ReadRecord(root, "", "the record", &schema.name));
  if (fields.empty()) {
    return Error(ErrorKind::kSchemaMismatch, "record '{}' has no fields", schema.name);
  }
  HOWDAH_ASSIGN_OR_RETURN(schema.doc, TextAt(root, "doc"));
  for (const AvroField& field : fields) {
    Result<DeclaredField> declared = ReadField(field);
    if (!declared.ok()) {
      return WithContext(declared.status(), fmt::format("field '{}'", field.name));
    }
    schema.fields.push_back(std::move(*declared));
  }
  return schema;
}

}  // namespace

Result<DeclaredSchema> ParseAvroSchema(const std::string& text,
                                       const std::string& place) {
  const Result<json> root = ParseJson(text);
  if (!root.ok()) return WithContext(root.status(), place);
  Result<DeclaredSchema> schema = ReadSchema(*root);
  if (!schema.ok()) return WithContext(schema.status(), place);
  return schema;
}

}  // namespace howdah
