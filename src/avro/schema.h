#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/status.h"

namespace howdah {

enum class AvroKind {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kFixed,
  kEnum,
  kArray,
  kMap,
  kRecord,
  kUnion,
};

/// A logical type that is known and stands at a kind that it goes with; others are
/// ignored, as the specification says.
enum class AvroLogical {
  kNone,
  kDate,
  kTimeMillis,
  kTimeMicros,
  kTimestampMillis,
  kTimestampMicros,
  kTimestampNanos,
  kLocalTimestampMillis,
  kLocalTimestampMicros,
  kLocalTimestampNanos,
  kDecimal,
};

struct AvroNode;

struct AvroField {
  std::string name;
  std::vector<std::string> aliases;
  const AvroNode* type = nullptr;
  std::string attributes;  ///< a JSON object: all that it has but "type"
};

/// One type of a schema. Named types are one node, wherever they are referred to: nodes
/// can form circles.
struct AvroNode {
  AvroKind kind = AvroKind::kNull;
  AvroLogical logical = AvroLogical::kNone;
  int64_t precision = 0, scale = 0;    ///< of a decimal: 0 <= scale <= precision >= 1
  int32_t size = 0;                    ///< of a fixed
  std::string name;                    ///< full name of a fixed, enum or record
  std::vector<std::string> symbols;    ///< of an enum
  std::vector<AvroField> fields;       ///< of a record; names differ
  std::vector<const AvroNode*> parts;  ///< an array's items, a map's values, branches
  std::string text;                    ///< of a union: its JSON, cut; for messages
};

/// A schema that is a record.
class AvroSchema {
 public:
  enum class Names {
    kStrict,  ///< of letters, digits and _
    kAny,     ///< any text, for types also none: what files have been written with
  };

  /// Parse JSON; safe on hostile text. With kAny a decimal that cannot be is plain bytes,
  /// else it is refused.
  /// SchemaMismatch: not a record; two fields of one name. InvalidInput: not JSON (names
  /// the line), or not an Avro schema (names the place in it, expected, got); more than
  /// 4 MiB; more than 300 brackets open at once. Messages are one line.
  /// Source: the Avro 1.11 specification, "Schema Declaration", and 1.12 for nanoseconds.
  static Result<AvroSchema> Parse(const std::string& text, Names names);

  AvroSchema(AvroSchema&&) = default;
  AvroSchema& operator=(AvroSchema&&) = default;

  const AvroNode& record() const { return *record_; }
  /// A JSON object: all that the record has but "type" and "fields".
  const std::string& attributes() const { return attributes_; }

 private:
  AvroSchema() = default;

  std::deque<AvroNode> nodes_;  // stay where they are
  const AvroNode* record_ = nullptr;
  std::string attributes_;
};

}  // namespace howdah
