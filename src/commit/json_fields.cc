#include "commit/json_fields.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "commit/ledger.h"

namespace howdah {
namespace {

using nlohmann::json;

// The library writes values out by recursion, so depth is bounded before it sees a text.
constexpr int kDeepestNesting = 100;

bool IsNestedTooDeeply(const std::string& text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepestNesting) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

bool FitsInt64(const json& value) {
  if (value.is_number_unsigned()) {
    return value.get<uint64_t>() <= uint64_t{std::numeric_limits<int64_t>::max()};
  }
  return value.is_number_integer();
}

}  // namespace

std::optional<json> ParseJson(const std::string& text) {
  if (IsNestedTooDeeply(text)) return std::nullopt;
  json value = json::parse(text, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return std::nullopt;
  return value;
}

std::string DumpJson(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<JsonDocument> JsonDocument::Parse(const std::string& text,
                                         const std::string& place) {
  std::optional<json> root = ParseJson(text);
  if (!root || !root->is_object()) {
    return Error(ErrorKind::kCorruption,
                 "{}: is not a JSON object ({} bytes): the file is damaged or was not "
                 "written by Howdah",
                 place, text.size());
  }
  JsonDocument document{place, *std::move(root), Status::OK()};
  int64_t version = 0;
  JsonFields(document).ReadCount("format_version", version);
  if (version < 1) JsonFields(document).Refuse("format_version", "1 or more");
  HOWDAH_RETURN_IF_ERROR(document.status);
  if (version > kFormatVersion) {
    return Error(ErrorKind::kUnsupported,
                 "{}: written by a newer Howdah (format_version {}, this one knows up to "
                 "{}): use that version",
                 place, version, kFormatVersion);
  }
  return document;
}

void JsonFields::Read(const char* field, int64_t& out) {
  const json* value = Find(field);
  if (value == nullptr) return;
  if (!FitsInt64(*value)) return Refuse(field, "a 64-bit integer");
  out = value->get<int64_t>();
}

void JsonFields::ReadCount(const char* field, int64_t& out) {
  if (const json* value = Find(field)) TakeCount(*value, field, out);
}

void JsonFields::ReadOptionalCount(const char* field, std::optional<int64_t>& out) {
  if (!object_.is_object()) return Refuse(field, "there");
  const auto value = object_.find(field);
  if (value == object_.end() || value->is_null()) return;
  TakeCount(*value, field, out.emplace());
}

void JsonFields::Read(const char* field, std::string& out) {
  const json* value = Find(field);
  if (value == nullptr) return;
  if (!value->is_string()) return Refuse(field, "a string");
  out = value->get_ref<const std::string&>();
}

void JsonFields::Read(const char* field, std::vector<std::string>& out) {
  const json* value = Find(field);
  if (value == nullptr) return;
  const auto is_string = [](const json& item) { return item.is_string(); };
  if (!value->is_array() || !std::all_of(value->begin(), value->end(), is_string)) {
    return Refuse(field, "an array of strings");
  }
  out = value->get<std::vector<std::string>>();
}

void JsonFields::ReadCrc32c(const char* field, uint32_t& out) {
  std::string digits;
  Read(field, digits);
  const char* end = digits.data() + digits.size();
  uint32_t crc = 0;
  const auto [stop, error] = std::from_chars(digits.data(), end, crc, 16);
  if (digits.size() != 8 || error != std::errc() || stop != end) {
    return Refuse(field, "eight hex digits");
  }
  out = crc;
}

void JsonFields::ReadOptionalOffset(const char* field, int64_t& out) {
  if (!Has(field)) return;
  int64_t offset = 0;
  Read(field, offset);
  if (offset < 0) return Refuse(field, "an offset between 0 and 2^63 - 1");
  out = offset;
}

void JsonFields::ReadOptionalHash(const char* field, std::optional<uint64_t>& out) {
  if (!Has(field) || object_[field].is_null()) return;
  std::string digits;
  Read(field, digits);
  uint64_t hash = 0;
  const bool lower_case = digits.find_first_not_of("0123456789abcdef") == digits.npos;
  if (digits.size() != 16 || !lower_case)
    return Refuse(field, "16 lower-case hex digits");
  std::from_chars(digits.data(), digits.data() + digits.size(), hash, 16);
  out = hash;
}

void JsonFields::ReadNullable(const char* field, std::optional<std::string>& out) {
  const json* value = Find(field);
  if (value == nullptr || value->is_null()) return;
  if (!value->is_string()) return Refuse(field, "a string or null");
  out = value->get_ref<const std::string&>();
}

bool JsonFields::Has(const char* field) const {
  return object_.is_object() && object_.contains(field);
}

bool JsonFields::IsNull(const char* field) const {
  return Has(field) && object_[field].is_null();
}

void JsonFields::ReadObjectText(const char* field, std::string& out) {
  const json* value = Find(field);
  if (value == nullptr) return;
  if (!value->is_object()) return Refuse(field, "an object");
  out = DumpJson(*value);
}

JsonFields JsonFields::Object(const char* field) {
  static const json kEmpty = json::object();
  const json* value = Find(field);
  return {document_, value == nullptr ? kEmpty : *value, PathOf(field)};
}

void JsonFields::Refuse(const char* field, const char* expected) {
  if (!document_.status.ok()) return;
  document_.status =
      Error(ErrorKind::kCorruption,
            "{}: field '{}' is not {}: the file is damaged or was not written by Howdah",
            document_.place, PathOf(field), expected);
}

const json* JsonFields::Find(const char* field) {
  if (object_.is_object()) {
    const auto found = object_.find(field);
    if (found != object_.end()) return &*found;
  }
  Refuse(field, "there");
  return nullptr;
}

std::string JsonFields::PathOf(const char* field) const {
  return path_.empty() ? field : fmt::format("{}.{}", path_, field);
}

void JsonFields::TakeCount(const json& value, const char* field, int64_t& out) {
  if (!FitsInt64(value) || value.get<int64_t>() < 0) {
    return Refuse(field, "a count between 0 and 2^63 - 1");
  }
  out = value.get<int64_t>();
  if (__builtin_add_overflow(document_.total, out, &document_.total)) {
    Refuse(field, "a possible count: together the counts exceed 64 bits");
  }
}

}  // namespace howdah
