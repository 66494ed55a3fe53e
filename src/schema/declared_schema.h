#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace arrow {
class DataType;
}  // namespace arrow

namespace howdah {

/// One field of a declared output schema.
struct DeclaredField {
  std::string name;  ///< legal by the name rule
  std::shared_ptr<arrow::DataType> type;
  bool nullable = false;
  std::optional<std::string>
      tensor_source;   ///< "tensor.source": the output it is made from
  bool round = false;  ///< "tensor.round": true: double may be rounded to float
  std::string doc;     ///< "doc", or ""
};

/// The output schema that a user declared: an Avro record.
struct DeclaredSchema {
  std::string name;  ///< the record's full name
  std::string doc;
  std::vector<DeclaredField> fields;  ///< in the order in which they land
};

/// Parse the text of an .avsc file; `place` names it in messages. Safe on hostile text.
/// SchemaMismatch: not a record; a type that does not land (recursion, a union other than
/// with null, null alone); two fields of one legal name; a name that the name rule would
/// change. InvalidInput: not JSON, or not an Avro schema (line, field, expected, got).
/// Source of the format: the Avro 1.11 specification, "Schema Declaration".
Result<DeclaredSchema> ParseAvroSchema(const std::string& text, const std::string& place);

}  // namespace howdah
