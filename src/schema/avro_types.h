#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace arrow {
class DataType;
}  // namespace arrow

namespace howdah {

/// What an Avro schema says of a value, as Arrow says it.
struct AvroType {
  std::shared_ptr<arrow::DataType> type;
  bool nullable = false;  ///< it was a union with null
  int size = 1;           ///< schemas in it, references counted as what they name
  int depth = 1;          ///< levels of schemas in it
};

struct AvroField {
  std::string name;
  AvroType type;
  const nlohmann::json* json = nullptr;  ///< the field's object
};

/// Reads Avro schemas that are JSON values. Names that one schema defines can be referred
/// to by those that follow. Errors: as ParseAvroSchema; the message begins with the place
/// in the schema. Thread-confined.
class AvroTypes {
 public:
  /// \param space  the namespace around `schema`. \param path  its place, for messages.
  Result<AvroType> Read(const nlohmann::json& schema, const std::string& space,
                        const std::string& path);

  /// The fields of `record`, an object with "type": "record".
  /// \param full_name  set to the record's.
  Result<std::vector<AvroField>> ReadRecord(const nlohmann::json& record,
                                            const std::string& space,
                                            const std::string& path,
                                            std::string* full_name);

 private:
  Result<AvroType> ReadUnion(const nlohmann::json& schema, const std::string& space,
                             const std::string& path);
  Result<AvroType> ReadObject(const nlohmann::json& schema, const std::string& space,
                              const std::string& path);
  Result<AvroType> ReadNamed(const nlohmann::json& schema, const std::string& kind,
                             const std::string& space, const std::string& path);
  Result<AvroType> Refer(const std::string& name, const std::string& space,
                         const std::string& path);
  /// The full name of a definition, entered as begun.
  Result<std::string> Define(const nlohmann::json& schema, const std::string& space,
                             const std::string& path);

  std::map<std::string, std::optional<AvroType>> named_;  // nullopt: begun, not ended
};

/// \return `value` as JSON, cut if it is long: for messages, always one line.
std::string Quoted(const nlohmann::json& value);

/// The Arrow type of `primitive` ("int") with the logical type that `schema` (an object)
/// says, if any; unknown logical types and those of another primitive are ignored, as the
/// specification says. nullptr: no such primitive.
/// \param fixed_size  bytes of a "fixed", else 0.
Result<std::shared_ptr<arrow::DataType>> PrimitiveType(const std::string& primitive,
                                                       const nlohmann::json& schema,
                                                       int32_t fixed_size,
                                                       const std::string& path);

}  // namespace howdah
