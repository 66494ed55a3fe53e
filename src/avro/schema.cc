#include "avro/schema.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "avro/schema_parser.h"

namespace howdah {
namespace {

using nlohmann::json;

constexpr size_t kMostBytes = 4 << 20;
// Open at once: each of kMostAvroLevels is at most a field, a union, a record and the
// list of its fields.
constexpr int kMostBrackets = 300;

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

}  // namespace

Result<AvroSchema> AvroSchema::Parse(const std::string& text, Names names) {
  HOWDAH_ASSIGN_OR_RETURN(const json root, ParseJson(text));
  if (!root.is_object() || !root.contains("type") || root["type"] != "record") {
    const bool is_schema = root.is_string() || root.is_array() ||
                           (root.is_object() && root.contains("type"));
    return Error(is_schema ? ErrorKind::kSchemaMismatch : ErrorKind::kInvalidInput,
                 "expected an Avro record, {{\"type\": \"record\", …}}, got {}",
                 QuotedJson(root));
  }
  AvroSchema schema;
  AvroSchemaParser parser(names, &schema.nodes_);
  HOWDAH_ASSIGN_OR_RETURN(schema.record_, parser.Parse(root, "", "the record"));
  schema.attributes_ = AttributesOf(root, {"type", "fields"});
  return schema;
}

}  // namespace howdah
