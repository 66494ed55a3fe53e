#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "schema/value_checks.h"

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
  std::optional<int32_t> field_id;  ///< "field-id", as Iceberg writes it
  ValueChecks checks;               ///< "check.nan" and so on
  /// "tensor.shape": the dimensions of a row, kUnknownDim for any.
  std::optional<std::vector<int64_t>> shape;
  /// What lists and maps hold may be null where it may in what lands in them, whatever
  /// `type` says.
  bool elements_as_given = false;
};

/// The output schema that a user declared: an Avro record.
struct DeclaredSchema {
  std::string name;  ///< the record's full name
  std::string doc;
  std::vector<DeclaredField> fields;  ///< in the order in which they land
};

/// Parse the text of an .avsc file; `place` names it in messages. Safe on hostile text.
///   boolean, int, long, float, double, bytes, string -> bool, int32, int64, float,
///   double, binary, utf8; enum -> utf8; fixed -> fixed_size_binary; array -> list; map
///   -> map of utf8; record -> struct; a union with null -> the other type, nullable.
///   date -> date32; decimal -> decimal128; time-millis, time-micros -> time32[ms],
///   time64[us]; timestamp-* (millis, micros) -> timestamp[us, UTC]; local-timestamp-* ->
///   timestamp[us]; other logical types are ignored, as are aliases, defaults and order.
/// Properties of fields: "doc", "field-id", "tensor.source", "tensor.round";
/// "tensor.shape", a list of dimensions or their text ("2,3"); "check." and a name of
/// CheckNames(). Of what is inside a column "field-id" is ignored.
/// SchemaMismatch: not a record; a type that does not land (recursion, a union other than
/// with null, null alone, a decimal of more than 38 digits, a record without fields, more
/// than 10,000 types or 64 levels); two fields of one name; a name of a column that the
/// name rule would change. InvalidInput: not JSON (names the line), or not an Avro schema
/// (names the field, expected, got); more than 4 MiB.
/// Source of the format: the Avro 1.11 specification, "Schema Declaration".
Result<DeclaredSchema> ParseAvroSchema(const std::string& text, const std::string& place);

}  // namespace howdah
