#pragma once

#include <memory>
#include <string>
#include <vector>

#include "avro/schema.h"
#include "base/status.h"

namespace arrow {
class Field;
class KeyValueMetadata;
struct Scalar;
}  // namespace arrow

namespace howdah {

// What a field of a schema says of records that were written with another one: the value
// of those that do not have it, and by which other names they may have it. It travels as
// metadata of the field's column.
// Source: the Avro 1.11 specification, "Schema Resolution", "Aliases", and "Complex
// Types" for the JSON of defaults.

/// For the column that ColumnTypeOf makes of `field`, with nanos and without millis;
/// nullptr: it says nothing. A default is passed over that is not a value of the type (of
/// any branch of a union), of bytes beyond ASCII, or of more than 4 KiB.
std::shared_ptr<const arrow::KeyValueMetadata> ResolutionOf(const AvroField& field);

/// Whether it has a default.
bool HasAvroDefault(const arrow::Field& column);
/// Bytes of memory that a value of the default takes at most.
int64_t AvroDefaultBytes(const arrow::Field& column);
/// The default, as a value of the column's type, which may be wider than its field's.
/// SchemaMismatch, as a clause: there is none, or it is none of that type.
Result<std::shared_ptr<arrow::Scalar>> AvroDefault(const arrow::Field& column);
std::vector<std::string> AvroAliases(const arrow::Field& column);

/// The field of another file's record that is the column: of its name, else by an alias
/// that one of both has; nullptr: there is none.
std::shared_ptr<arrow::Field> FindAvroColumn(
    const std::vector<std::shared_ptr<arrow::Field>>& fields, const arrow::Field& column);

/// The field of `record` that is the column: of its name, else the first that has that
/// name as an alias, else the first whose name is an alias of the column; nullptr: there
/// is none.
const AvroField* FindAvroField(const AvroNode& record, const arrow::Field& column);

}  // namespace howdah
