#pragma once

#include <memory>
#include <string>

#include "base/status.h"

namespace arrow {
class Schema;
}  // namespace arrow

namespace howdah {

/// An Arrow schema in Avro's words.
struct AvroSchemaText {
  std::string json;                       ///< of a record, for `avro.schema`
  std::shared_ptr<arrow::Schema> stored;  ///< what `json` says, in Arrow's words again
};

/// `schema` as an Avro record `howdah.row`.
///   bool -> boolean; int8, int16, int32, uint8, uint16 -> int; int64, uint32 -> long;
///   float, double -> the same; string, large_string -> string; binary, large_binary ->
///   bytes; fixed_size_binary -> fixed; date32 -> int, date; time32[ms], time64[us] ->
///   int, time-millis and long, time-micros; timestamp[ms], [us] -> long,
///   timestamp-millis and -micros, with "local-" before it where it has no zone; decimal
///   -> bytes, decimal; lists -> array; a struct -> record; a map of strings -> map.
///   nullable -> ["null", T] with the default null.
/// Names of records and fixed types are made of the path to them, so that each is there
/// once. A field's name is its column's, with '_' for what Avro does not allow. Of a
/// field's metadata there are "doc" (else the original name, where it is another),
/// "howdah.source" as that original name, "tensor.shape", and "PARQUET:field_id" as
/// "field-id", Iceberg's name for it.
/// SchemaMismatch: a type that Avro does not hold truly (says what to cast it to); a map
/// with keys other than strings; more than kMostAvroLevels; two fields of one name; no
/// fields.
/// Source: the Avro 1.12 specification, "Schema Declaration", "Logical Types", "Names".
Result<AvroSchemaText> ToAvroSchema(const arrow::Schema& schema);

/// What a record's schema, `json` of a file's header, says in Arrow's words: the inverse
/// of ToAvroSchema (`stored`), with names as they stand. Safe on hostile text. Errors as
/// AvroSchema::Parse and ColumnTypeOf.
Result<std::shared_ptr<arrow::Schema>> FromAvroSchema(const std::string& json);

}  // namespace howdah
