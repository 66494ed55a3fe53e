#include "avro/arrow_type.h"

#include <arrow/type.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "avro/resolution.h"

namespace howdah {
namespace {

using arrow::TimeUnit;
using TypePtr = std::shared_ptr<arrow::DataType>;

constexpr int kMostTypes = 10'000;  // references can name exponentially many

template <typename... Args>
Status Refuse(const std::string& path, fmt::format_string<Args...> format,
              Args&&... args) {
  return Error(ErrorKind::kSchemaMismatch, "{}: {}", path,
               fmt::format(format, std::forward<Args>(args)...));
}

/// Of kinds without parts; nullptr: it has parts.
TypePtr PlainType(const AvroNode& node) {
  switch (node.kind) {
    case AvroKind::kBoolean:
      return arrow::boolean();
    case AvroKind::kInt:
      return arrow::int32();
    case AvroKind::kLong:
      return arrow::int64();
    case AvroKind::kFloat:
      return arrow::float32();
    case AvroKind::kDouble:
      return arrow::float64();
    case AvroKind::kBytes:
      return arrow::binary();
    case AvroKind::kString:
    case AvroKind::kEnum:
      return arrow::utf8();
    case AvroKind::kFixed:
      return arrow::fixed_size_binary(node.size);
    default:
      return nullptr;
  }
}

/// nullptr: the logical type says nothing more.
TypePtr LogicalType(const AvroNode& node, const AvroTypeRules& rules) {
  const auto millis = rules.millis ? TimeUnit::MILLI : TimeUnit::MICRO;
  switch (node.logical) {
    case AvroLogical::kDate:
      return arrow::date32();
    case AvroLogical::kTimeMillis:
      return arrow::time32(TimeUnit::MILLI);
    case AvroLogical::kTimeMicros:
      return arrow::time64(TimeUnit::MICRO);
    case AvroLogical::kTimestampMillis:
      return arrow::timestamp(millis, "UTC");
    case AvroLogical::kTimestampMicros:
      return arrow::timestamp(TimeUnit::MICRO, "UTC");
    case AvroLogical::kLocalTimestampMillis:
      return arrow::timestamp(millis);
    case AvroLogical::kLocalTimestampMicros:
      return arrow::timestamp(TimeUnit::MICRO);
    case AvroLogical::kTimestampNanos:
      return rules.nanos ? arrow::timestamp(TimeUnit::NANO, "UTC") : nullptr;
    case AvroLogical::kLocalTimestampNanos:
      return rules.nanos ? arrow::timestamp(TimeUnit::NANO) : nullptr;
    case AvroLogical::kDecimal:
      return arrow::decimal128(static_cast<int32_t>(node.precision),
                               static_cast<int32_t>(node.scale));
    case AvroLogical::kNone:
      return nullptr;
  }
  return nullptr;
}

class Converter {
 public:
  explicit Converter(const AvroTypeRules& rules) : rules_(rules) {}

  Result<AvroColumnType> Convert(const AvroNode& node, const std::string& path) {
    if (node.kind == AvroKind::kUnion) return Union(node, path);
    if (node.kind == AvroKind::kNull) {
      return Refuse(path,
                    "null alone is no column; say what is null sometimes, as in "
                    "[\"null\", \"double\"]");
    }
    // Every circle goes through a record, which has a name.
    if (node.kind == AvroKind::kRecord &&
        std::count(open_.begin(), open_.end(), &node) > 0) {
      return Refuse(path, "'{}' holds itself, which no column can", node.name);
    }
    if (++types_ > kMostTypes) {
      return Refuse(path, "it holds more than {} types", kMostTypes);
    }
    if (open_.size() == kMostAvroLevels) {
      return Refuse(path, "it is nested deeper than {}", kMostAvroLevels);
    }
    open_.push_back(&node);
    auto type = Type(node, path);
    open_.pop_back();
    HOWDAH_RETURN_IF_ERROR(type.status());
    return AvroColumnType{.type = std::move(*type)};
  }

 private:
  Result<AvroColumnType> Union(const AvroNode& node, const std::string& path) {
    const AvroNode* other = nullptr;
    size_t others = 0;
    for (const AvroNode* part : node.parts) {
      if (part->kind == AvroKind::kNull) continue;
      other = part;
      ++others;
    }
    if (others != 1 || node.parts.size() > 2) {
      return Refuse(path, "the union {} cannot {}; one type with or without null can",
                    node.text, rules_.verb);
    }
    HOWDAH_ASSIGN_OR_RETURN(AvroColumnType column, Convert(*other, path));
    column.nullable = node.parts.size() == 2;
    return column;
  }

  Result<TypePtr> Type(const AvroNode& node, const std::string& path) {
    if (node.kind == AvroKind::kArray) {
      HOWDAH_ASSIGN_OR_RETURN(const auto items,
                              Convert(*node.parts.front(), path + ", elements"));
      return arrow::list(arrow::field("element", items.type, items.nullable));
    }
    if (node.kind == AvroKind::kMap) {
      HOWDAH_ASSIGN_OR_RETURN(const auto values,
                              Convert(*node.parts.front(), path + ", values"));
      return arrow::map(arrow::utf8(),
                        arrow::field("value", values.type, values.nullable));
    }
    if (node.kind == AvroKind::kRecord) return Struct(node, path);
    constexpr int64_t kMostDigits = arrow::Decimal128Type::kMaxPrecision;
    if (node.logical == AvroLogical::kDecimal && node.precision > kMostDigits) {
      return Refuse(path, "a decimal of {} digits cannot {}; at most {} can",
                    node.precision, rules_.verb, kMostDigits);
    }
    TypePtr logical = LogicalType(node, rules_);
    return logical != nullptr ? logical : PlainType(node);
  }

  Result<TypePtr> Struct(const AvroNode& node, const std::string& path) {
    if (node.fields.empty()) {
      return Refuse(path, "a record without fields cannot {}", rules_.verb);
    }
    arrow::FieldVector children;
    for (const AvroField& field : node.fields) {
      HOWDAH_ASSIGN_OR_RETURN(
          const auto column,
          Convert(*field.type, fmt::format("{}, field '{}'", path, field.name)));
      children.push_back(arrow::field(field.name, column.type, column.nullable,
                                      rules_.resolution ? ResolutionOf(field) : nullptr));
    }
    return arrow::struct_(std::move(children));
  }

  const AvroTypeRules& rules_;
  std::vector<const AvroNode*> open_;  // from the outermost on
  int types_ = 0;
};

}  // namespace

Result<AvroColumnType> ColumnTypeOf(const AvroNode& node, const std::string& path,
                                    const AvroTypeRules& rules) {
  return Converter(rules).Convert(node, path);
}

}  // namespace howdah
