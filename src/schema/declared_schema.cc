#include "schema/declared_schema.h"

#include <arrow/type.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "avro/arrow_type.h"
#include "avro/schema.h"
#include "base/text.h"
#include "schema/names.h"
#include "types/tensor.h"

namespace howdah {
namespace {

using nlohmann::json;

/// `value` for messages.
std::string Quoted(const json& value) {
  return Shortened(value.dump(-1, ' ', true, json::error_handler_t::replace));
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

constexpr char kCheck[] = "check.";

std::vector<std::string> KnownProperties() {
  std::vector<std::string> known = {"tensor.source", "tensor.shape", "tensor.round"};
  for (const std::string& name : CheckNames()) known.push_back(kCheck + name);
  return known;
}

/// Properties that would be asked of the values, and that nothing here enforces, must not
/// be passed over; other properties are the user's own.
Status CheckProperties(const json& object) {
  const std::vector<std::string> known = KnownProperties();
  for (const auto& [name, value] : object.items()) {
    const bool ours = name.starts_with(kCheck) || name.starts_with("tensor.");
    if (!ours || std::find(known.begin(), known.end(), name) != known.end()) continue;
    return Error(ErrorKind::kSchemaMismatch,
                 "there is no property \"{}\"{} (there is {})", name,
                 DidYouMean(name, known), QuotedList(known));
  }
  return Status::OK();
}

Status ReadChecks(const json& object, ValueChecks* checks) {
  for (const std::string& name : CheckNames()) {
    const auto found = object.find(kCheck + name);
    if (found == object.end()) continue;
    const std::string text =
        found->is_string() ? found->get<std::string>() : found->dump();
    const Status status = SetCheck(name, text, checks);
    if (!status.ok()) return WithContext(status, fmt::format("\"{}{}\"", kCheck, name));
  }
  return Status::OK();
}

/// The dimensions of "2,3" or of [2, 3].
Result<std::vector<int64_t>> ReadShape(const json& value) {
  const auto wrong = [&] {
    return Error(ErrorKind::kInvalidInput,
                 "expected the dimensions of a row as \"tensor.shape\", such as [2, 3], "
                 "-1 for any, got {}",
                 Quoted(value));
  };
  constexpr size_t kMostText = 1000;
  if (value.is_string() && value.get_ref<const std::string&>().size() > kMostText) {
    return wrong();
  }
  const json list = value.is_string() ? json::parse("[" + value.get<std::string>() + "]",
                                                    nullptr, false)
                                      : value;
  if (!list.is_array()) return wrong();
  constexpr int64_t kMost = int64_t{1} << 31;
  std::vector<int64_t> shape;
  int64_t elements = 1;
  for (const json& dim : list) {
    if (!dim.is_number_integer()) return wrong();
    if (dim.is_number_unsigned() && dim.get<uint64_t>() > uint64_t{kMost}) return wrong();
    const auto size = dim.get<int64_t>();
    if (size < kUnknownDim || size > kMost) return wrong();
    if (size > 0 && (elements *= size) > kMost) return wrong();
    shape.push_back(size);
  }
  return shape;
}

Result<std::optional<int32_t>> ReadFieldId(const json& object) {
  const auto found = object.find("field-id");
  if (found == object.end()) return std::optional<int32_t>();
  if (found->is_number_unsigned() &&
      found->get<uint64_t>() <= uint64_t{std::numeric_limits<int32_t>::max()}) {
    return std::optional(found->get<int32_t>());
  }
  return Error(ErrorKind::kInvalidInput,
               "expected a number from 0 to 2^31-1 as \"field-id\", got {}",
               Quoted(*found));
}

Result<DeclaredField> ReadField(const AvroField& field, const AvroColumnType& type) {
  const json object = json::parse(field.attributes);
  HOWDAH_RETURN_IF_ERROR(CheckName(field.name));
  HOWDAH_RETURN_IF_ERROR(CheckProperties(object));
  DeclaredField declared{
      .name = field.name, .type = type.type, .nullable = type.nullable};
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
  if (const auto shape = object.find("tensor.shape"); shape != object.end()) {
    HOWDAH_ASSIGN_OR_RETURN(declared.shape, ReadShape(*shape));
  }
  HOWDAH_ASSIGN_OR_RETURN(declared.field_id, ReadFieldId(object));
  HOWDAH_RETURN_IF_ERROR(ReadChecks(object, &declared.checks));
  return declared;
}

Result<DeclaredSchema> ReadSchema(const std::string& text) {
  HOWDAH_ASSIGN_OR_RETURN(const AvroSchema avro,
                          AvroSchema::Parse(text, AvroSchema::Names::kStrict));
  const AvroNode& record = avro.record();
  if (record.fields.empty()) {
    return Error(ErrorKind::kSchemaMismatch, "record '{}' has no fields", record.name);
  }
  std::vector<AvroColumnType> types;
  for (const AvroField& field : record.fields) {
    HOWDAH_ASSIGN_OR_RETURN(
        AvroColumnType type,
        ColumnTypeOf(*field.type, fmt::format("the record, field '{}'", field.name),
                     {.verb = "land"}));
    types.push_back(std::move(type));
  }
  DeclaredSchema schema{.name = record.name};
  HOWDAH_ASSIGN_OR_RETURN(schema.doc, TextAt(json::parse(avro.attributes()), "doc"));
  for (size_t i = 0; i < types.size(); ++i) {
    const AvroField& field = record.fields[i];
    Result<DeclaredField> declared = ReadField(field, types[i]);
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
  Result<DeclaredSchema> schema = ReadSchema(text);
  if (!schema.ok()) return WithContext(schema.status(), place);
  return schema;
}

}  // namespace howdah
