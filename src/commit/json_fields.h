#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

// Private to the room's .cc files: the JSON library stays inside.

namespace howdah {

/// A parsed control file and the first thing that was found wrong with it.
struct JsonDocument {
  std::string place;  ///< the file's path, for messages
  nlohmann::json root;
  Status status;
  int64_t total = 0;  ///< sum of all counts read so far

  /// Corruption: not one JSON object, nested too deeply, or without "format_version".
  /// Unsupported: its format_version is newer than ours.
  static Result<JsonDocument> Parse(const std::string& text, const std::string& place);
};

/// nullopt when `text` is not valid JSON, or nested deeper than this project ever writes.
std::optional<nlohmann::json> ParseJson(const std::string& text);
/// One line, keys sorted; bytes that are not UTF-8 become U+FFFD.
std::string DumpJson(const nlohmann::json& value);

/// The fields of one object of a document. A missing or ill-typed field sets
/// document.status, which names file and field; reading goes on and leaves the output as
/// it was.
class JsonFields {
 public:
  explicit JsonFields(JsonDocument& document) : JsonFields(document, document.root, "") {}

  void Read(const char* field, int64_t& out);
  /// Not negative; and all counts of a document must together fit into 64 bits, so that
  /// no sum of them can overflow.
  void ReadCount(const char* field, int64_t& out);
  /// As ReadCount; absent or null leaves `out` empty.
  void ReadOptionalCount(const char* field, std::optional<int64_t>& out);
  void Read(const char* field, std::string& out);
  /// Eight hex digits.
  void ReadCrc32c(const char* field, uint32_t& out);
  /// A place that is not negative; absent leaves `out`. Not summed, as counts are.
  void ReadOptionalOffset(const char* field, int64_t& out);
  /// Sixteen hex digits in lower case; absent or null leaves `out` empty.
  void ReadOptionalHash(const char* field, std::optional<uint64_t>& out);
  /// An array of strings.
  void Read(const char* field, std::vector<std::string>& out);
  /// A string, or null for none.
  void ReadNullable(const char* field, std::optional<std::string>& out);
  bool Has(const char* field) const;
  /// It is there, and null.
  bool IsNull(const char* field) const;
  /// An object, as canonical text.
  void ReadObjectText(const char* field, std::string& out);
  /// The object `field`; its own fields are read from the result.
  JsonFields Object(const char* field);
  /// `visit(JsonFields)` for each object in the array `field`.
  template <typename Visit>
  void ForEach(const char* field, Visit visit);
  /// The same, and nothing if there is no `field`.
  template <typename Visit>
  void ForEachIfThere(const char* field, Visit visit) {
    if (Has(field)) ForEach(field, visit);
  }
  /// Say that `field` is wrong; `expected` completes "… is not".
  void Refuse(const char* field, const char* expected);

 private:
  JsonFields(JsonDocument& document, const nlohmann::json& object, std::string path)
      : document_(document), object_(object), path_(std::move(path)) {}

  /// nullptr, with the error set, unless the object has `field`.
  const nlohmann::json* Find(const char* field);
  std::string PathOf(const char* field) const;
  void TakeCount(const nlohmann::json& value, const char* field, int64_t& out);

  JsonDocument& document_;
  const nlohmann::json& object_;
  const std::string path_;  ///< of the object in the document, e.g. "tasks[3].files[0]"
};

template <typename Visit>
void JsonFields::ForEach(const char* field, Visit visit) {
  const nlohmann::json* array = Find(field);
  if (array == nullptr) return;
  if (!array->is_array()) return Refuse(field, "an array");
  for (size_t i = 0; i < array->size() && document_.status.ok(); ++i) {
    visit(JsonFields(document_, (*array)[i],
                     PathOf(field) + "[" + std::to_string(i) + "]"));
  }
}

}  // namespace howdah
