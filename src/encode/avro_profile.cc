#include "encode/avro_profile.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "avro/container.h"
#include "encode/avro_format.h"
#include "encode/profile_rules.h"

namespace howdah {
namespace {

using Json = nlohmann::json;

constexpr int kMostDepth = 64;
// Readers that begin in the middle of a file look for a marker from there on.
constexpr int64_t kLargeBlock = int64_t{16} << 20;

std::string Text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

class SchemaLinter {
 public:
  explicit SchemaLinter(std::vector<ProfileFinding>* findings) : findings_(findings) {}

  Status CheckRow(const Json& schema) {
    if (!schema.is_object() || Text(schema, "type") != "record") {
      Outside("the file", "record", "the schema is not a record's: rows have no columns");
      return Status::OK();
    }
    std::vector<std::string> names;
    for (const Json& field : Fields(schema)) names.push_back(Text(field, "name"));
    CheckColumnNames(names, findings_);
    return Check(schema, "", 0);
  }

 private:
  static Json Fields(const Json& record) {
    const auto found = record.find("fields");
    return found != record.end() && found->is_array() ? *found : Json::array();
  }

  void Outside(const std::string& place, const char* rule, std::string detail) {
    findings_->push_back({true, place, rule, std::move(detail)});
  }

  /// A type where it is defined; references to it say no more.
  Status Check(const Json& type, const std::string& path, int depth) {
    if (depth > kMostDepth) {
      return Error(ErrorKind::kCorruption, "the Avro schema is deeper than {} levels",
                   kMostDepth);
    }
    if (type.is_array()) {
      const auto nulls = std::count(type.begin(), type.end(), Json("null"));
      if (type.size() != 2 || nulls != 1) {
        Outside(path, "union", "of other than null and one type: few readers have them");
      }
      for (const Json& branch : type) {
        HOWDAH_RETURN_IF_ERROR(Check(branch, path, depth + 1));
      }
      return Status::OK();
    }
    if (!type.is_object()) return Status::OK();
    const std::string logical = Text(type, "logicalType");
    if (logical.ends_with("-nanos")) {
      Outside(path, "nanoseconds", "Spark and Hive do not read them");
    }
    if (logical == "duration") Outside(path, "duration", "Spark and Hive do not read it");
    for (const char* inner : {"items", "values"}) {
      const auto found = type.find(inner);
      if (found != type.end()) {
        HOWDAH_RETURN_IF_ERROR(Check(*found, path + "." + inner, depth + 1));
      }
    }
    for (const Json& field : Fields(type)) {
      if (!field.is_object() || !field.contains("type")) continue;
      const std::string name = Text(field, "name");
      HOWDAH_RETURN_IF_ERROR(
          Check(field.at("type"), path.empty() ? name : path + "." + name, depth + 1));
    }
    const auto inner = type.find("type");
    if (inner != type.end() && !inner->is_string()) return Check(*inner, path, depth + 1);
    return Status::OK();
  }

  std::vector<ProfileFinding>* const findings_;
};

}  // namespace

Result<std::vector<ProfileFinding>> LintAvro(ByteSource& file, Profile profile) {
  std::vector<ProfileFinding> findings;
  HOWDAH_ASSIGN_OR_RETURN(const ContainerHeader header, ReadContainerHeader(file));
  std::string codec = header.codec;
  if (codec.empty() || codec == "null") codec = "none";
  const auto& codecs = AvroFormat().compressions(profile);
  if (std::find(codecs.begin(), codecs.end(), codec) == codecs.end()) {
    findings.push_back(
        {true, "the file", "codec",
         fmt::format("{}; the profile has {}", codec, fmt::join(codecs, ", "))});
  }
  const Json schema = Json::parse(header.schema, nullptr, /*allow_exceptions=*/false);
  if (schema.is_discarded()) {
    return Error(ErrorKind::kCorruption, "{}: the Avro schema is not JSON", file.name());
  }
  const Status checked = SchemaLinter(&findings).CheckRow(schema);
  if (!checked.ok()) return WithContext(checked, file.name());
  int64_t largest = 0;
  BlockWalk walk(file, header);
  for (BlockPlace block;;) {
    HOWDAH_ASSIGN_OR_RETURN(const bool more, walk.Next(&block));
    if (!more) break;
    largest = std::max(largest, block.bytes);
  }
  if (largest > kLargeBlock) {
    findings.push_back({false, "the file", "block size",
                        fmt::format("a block of {} bytes: splits of it are read by one "
                                    "reader",
                                    largest)});
  }
  return findings;
}

}  // namespace howdah
