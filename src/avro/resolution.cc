#include "avro/resolution.h"

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace howdah {
namespace {

using nlohmann::json;

constexpr char kDefaultKey[] = "avro.default", kAliasesKey[] = "avro.aliases";
// Schemas can refer to one type as often as they like.
constexpr size_t kMostText = 4096;
constexpr int kMostLevels = 64;

/// `value` as a string of JSON.
std::string Quoted(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      text += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      text += c;
    }
  }
  return text + '"';
}

/// The bytes whose values are the code points of `text`; nullopt: one is above 255.
std::optional<std::string> BytesOf(const std::string& text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      bytes += text[i];
      continue;
    }
    if (lead > 0xc3 || i + 1 == text.size()) return std::nullopt;
    bytes += static_cast<char>((lead & 0x03) << 6 | (text[++i] & 0x3f));
  }
  return bytes;
}

/// Writes defaults as the JSON that Arrow reads for the type of their column.
class DefaultText {
 public:
  /// \return false: `value` is none of `node`, or too large.
  bool Append(const AvroNode& node, const json& value, int level = 0) {
    if (level > kMostLevels || text_.size() > kMostText) return false;
    switch (node.kind) {
      case AvroKind::kNull:
        return value.is_null() && Put("null");
      case AvroKind::kUnion:
        return std::any_of(node.parts.begin(), node.parts.end(),
                           [&](const AvroNode* part) {
                             const size_t before = text_.size();
                             if (Append(*part, value, level + 1)) return true;
                             text_.resize(before);
                             return false;
                           });
      case AvroKind::kBoolean:
        return value.is_boolean() && Put(value.dump());
      case AvroKind::kInt:
        return Integer(node, value, INT32_MIN, INT32_MAX);
      case AvroKind::kLong:
        return Integer(node, value, INT64_MIN, INT64_MAX);
      case AvroKind::kFloat:
      case AvroKind::kDouble:
        return value.is_number() && Put(value.dump());
      case AvroKind::kString:
        return value.is_string() && Put(Quoted(value.get_ref<const std::string&>()));
      case AvroKind::kEnum:
        return value.is_string() &&
               std::count(node.symbols.begin(), node.symbols.end(), value) > 0 &&
               Put(Quoted(value.get_ref<const std::string&>()));
      case AvroKind::kBytes:
      case AvroKind::kFixed:
        return value.is_string() && Bytes(node, value.get_ref<const std::string&>());
      case AvroKind::kArray:
        return value.is_array() && Items(node, value, level);
      case AvroKind::kMap:
        return value.is_object() && Entries(node, value, level);
      case AvroKind::kRecord:
        return value.is_object() && Fields(node, value, level);
    }
    return false;
  }
  std::string Take() { return std::move(text_); }

 private:
  bool Put(std::string_view text) {
    text_ += text;
    return text_.size() <= kMostText;
  }

  bool Integer(const AvroNode& node, const json& value, int64_t least, int64_t most) {
    if (!value.is_number_integer()) return false;
    if (value.is_number_unsigned() &&
        value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) {
      return false;
    }
    auto number = value.get<int64_t>();
    if (number < least || number > most) return false;
    const bool millis = node.logical == AvroLogical::kTimestampMillis ||
                        node.logical == AvroLogical::kLocalTimestampMillis;
    if (millis && __builtin_mul_overflow(number, int64_t{1000}, &number)) return false;
    return Put(std::to_string(number));
  }

  bool Bytes(const AvroNode& node, const std::string& text) {
    const std::optional<std::string> bytes = BytesOf(text);
    if (!bytes) return false;
    if (node.kind == AvroKind::kFixed && std::ssize(*bytes) != node.size) return false;
    if (node.logical != AvroLogical::kDecimal) {
      // Bytes that are not UTF-8 are no text that Arrow reads.
      const bool ascii = std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x80;
      });
      return ascii && Put(Quoted(text));
    }
    const auto value =
        arrow::Decimal128::FromBigEndian(reinterpret_cast<const uint8_t*>(bytes->data()),
                                         static_cast<int32_t>(bytes->size()));
    return value.ok() && Put(Quoted(value->ToString(static_cast<int32_t>(node.scale))));
  }

  bool Items(const AvroNode& node, const json& value, int level) {
    Put("[");
    for (const json& item : value) {
      if (text_.back() != '[' && !Put(",")) return false;
      if (!Append(*node.parts.front(), item, level + 1)) return false;
    }
    return Put("]");
  }

  bool Entries(const AvroNode& node, const json& value, int level) {
    bool first = true;
    Put("[");
    for (const auto& [key, item] : value.items()) {
      if (!Put((first ? "[" : ",[") + Quoted(key) + ",")) return false;
      if (!Append(*node.parts.front(), item, level + 1) || !Put("]")) return false;
      first = false;
    }
    return Put("]");
  }

  bool Fields(const AvroNode& node, const json& value, int level) {
    bool first = true;
    Put("{");
    for (const AvroField& field : node.fields) {
      const json attributes = json::parse(field.attributes);
      const auto own = value.find(field.name), other = attributes.find("default");
      if (own == value.end() && other == attributes.end()) return false;
      if (!Put((first ? "" : ",") + Quoted(field.name) + ":")) return false;
      if (!Append(*field.type, own != value.end() ? *own : *other, level + 1)) {
        return false;
      }
      first = false;
    }
    return Put("}");
  }

  std::string text_;
};

std::string Metadata(const arrow::Field& field, const char* key) {
  if (!field.HasMetadata()) return "";
  return field.metadata()->Get(key).ValueOr("");
}

/// Whether nulls stand only where the types allow them.
bool NullsFit(const arrow::ArrayData& array) {
  for (size_t i = 0; i < array.child_data.size(); ++i) {
    const arrow::ArrayData& child = *array.child_data[i];
    const bool may = array.type->field(static_cast<int>(i))->nullable();
    if ((!may && child.GetNullCount() > 0) || !NullsFit(child)) return false;
  }
  return true;
}

}  // namespace

std::shared_ptr<const arrow::KeyValueMetadata> ResolutionOf(const AvroField& field) {
  std::vector<std::string> keys, values;
  if (!field.aliases.empty()) {
    keys.emplace_back(kAliasesKey);
    values.push_back(json(field.aliases).dump());
  }
  const json attributes = json::parse(field.attributes);
  const auto value = attributes.find("default");
  DefaultText text;
  if (value != attributes.end() && text.Append(*field.type, *value)) {
    keys.emplace_back(kDefaultKey);
    values.push_back(text.Take());
  }
  return keys.empty() ? nullptr : arrow::key_value_metadata(keys, values);
}

bool HasAvroDefault(const arrow::Field& column) {
  return !Metadata(column, kDefaultKey).empty();
}

int64_t AvroDefaultBytes(const arrow::Field& column) {
  // "1," becomes eight bytes, "" two offsets.
  constexpr int64_t kPerCharacter = 4, kLeast = 16;
  return kLeast + kPerCharacter * std::ssize(Metadata(column, kDefaultKey));
}

Result<std::shared_ptr<arrow::Scalar>> AvroDefault(const arrow::Field& column) {
  const std::string text = Metadata(column, kDefaultKey);
  if (text.empty()) return Error(ErrorKind::kSchemaMismatch, "has no default");
  const auto values = arrow::json::ArrayFromJSONString(column.type(), "[" + text + "]");
  const bool fits = values.ok() && (*values)->ValidateFull().ok() &&
                    (column.nullable() || (*values)->null_count() == 0) &&
                    NullsFit(*(*values)->data());
  if (fits) return (*values)->GetScalar(0);
  return Error(ErrorKind::kSchemaMismatch, "has the default {}, which is no {}", text,
               column.type()->ToString());
}

std::vector<std::string> AvroAliases(const arrow::Field& column) {
  const std::string text = Metadata(column, kAliasesKey);
  if (text.empty()) return {};
  return json::parse(text).get<std::vector<std::string>>();
}

std::shared_ptr<arrow::Field> FindAvroColumn(
    const std::vector<std::shared_ptr<arrow::Field>>& fields,
    const arrow::Field& column) {
  const auto find = [&](const auto& is_it) {
    const auto found = std::find_if(fields.begin(), fields.end(), is_it);
    return found == fields.end() ? nullptr : *found;
  };
  const auto is_among = [](const std::string& name, const std::vector<std::string>& all) {
    return std::find(all.begin(), all.end(), name) != all.end();
  };
  const std::string& name = column.name();
  auto field = find([&](const auto& one) { return one->name() == name; });
  if (field != nullptr) return field;
  const std::vector<std::string> aliases = AvroAliases(column);
  return find([&](const auto& one) {
    return is_among(one->name(), aliases) || is_among(name, AvroAliases(*one));
  });
}

const AvroField* FindAvroField(const AvroNode& record, const arrow::Field& column) {
  const auto find = [&](const auto& is_it) -> const AvroField* {
    const auto found = std::find_if(record.fields.begin(), record.fields.end(), is_it);
    return found == record.fields.end() ? nullptr : &*found;
  };
  const std::string& name = column.name();
  const auto* field = find([&](const AvroField& one) { return one.name == name; });
  if (field != nullptr) return field;
  field = find([&](const AvroField& one) {
    return std::count(one.aliases.begin(), one.aliases.end(), name) > 0;
  });
  if (field != nullptr) return field;
  const std::vector<std::string> aliases = AvroAliases(column);
  return find([&](const AvroField& one) {
    return std::count(aliases.begin(), aliases.end(), one.name) > 0;
  });
}

}  // namespace howdah
