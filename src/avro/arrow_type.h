#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "avro/schema.h"
#include "base/status.h"

namespace arrow {
class DataType;
}  // namespace arrow

namespace howdah {

/// How deep the types of a column are nested at most, itself counted.
inline constexpr size_t kMostAvroLevels = 64;

/// What an Avro type says of a column, as Arrow says it.
struct AvroColumnType {
  std::shared_ptr<arrow::DataType> type;
  bool nullable = false;  ///< it is a union with null
};

struct AvroTypeRules {
  /// What a type that is refused cannot do, for messages: "land", "be read".
  std::string verb;
  /// timestamp-nanos and local-timestamp-nanos, of Avro 1.12, are timestamps; else long.
  bool nanos = false;
  /// timestamp-millis and local-timestamp-millis keep their unit; else micros.
  bool millis = false;
  /// Fields inside have the metadata of resolution.h.
  bool resolution = false;
};

/// The column of `node`.
///   boolean, int, long, float, double, bytes, string -> bool, int32, int64, float,
///   double, binary, utf8; enum -> utf8; fixed -> fixed_size_binary; array -> list; map
///   -> map of utf8; record -> struct; a union with null -> the other type, nullable.
///   date -> date32; decimal -> decimal128; time-millis, time-micros -> time32[ms],
///   time64[us]; timestamp-* (millis, micros) -> timestamp[us, UTC], nanos ->
///   timestamp[ns, UTC]; local-timestamp-* likewise without UTC.
/// SchemaMismatch, with `path` in front: recursion, a union other than with null, null
/// alone, a decimal of more than 38 digits, a record without fields, more than 10,000
/// types (references counted as what they name) or 64 levels.
Result<AvroColumnType> ColumnTypeOf(const AvroNode& node, const std::string& path,
                                    const AvroTypeRules& rules);

}  // namespace howdah
