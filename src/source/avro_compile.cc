#include <arrow/type.h>
#include <arrow/util/utf8.h>

#include <algorithm>
#include <utility>

#include "avro/resolution.h"
#include "source/avro_column.h"
#include "source/avro_skip.h"

namespace howdah {
namespace {

using arrow::Type;

std::string NameOf(const AvroNode& node) {
  constexpr const char* kNames[] = {
      "null",   "boolean", "int",     "long",     "float", "double",   "bytes",
      "string", "fixed",   "an enum", "an array", "a map", "a record", "a union"};
  return kNames[static_cast<size_t>(node.kind)];
}

bool IsMillis(const AvroNode& node) {
  return node.logical == AvroLogical::kTimestampMillis ||
         node.logical == AvroLogical::kLocalTimestampMillis;
}

const AvroNode& Keys() {
  static const AvroNode keys{.kind = AvroKind::kString};
  return keys;
}

}  // namespace

Status AvroColumn::Mismatch() const {
  return Error(ErrorKind::kSchemaMismatch, "is {}, which does not become {}",
               NameOf(*written_), type_->ToString());
}

Status AvroColumn::Compile() {
  arrow::util::InitializeUTF8();
  if (type_->id() == Type::NA) {  // whatever it is
    nullable_ = false;
    return Status::OK();
  }
  if (written_->kind == AvroKind::kUnion) {
    const AvroNode& all = *written_;
    is_union_ = true;
    branches_ = std::ssize(all.parts);
    const auto null =
        std::find_if(all.parts.begin(), all.parts.end(),
                     [](const AvroNode* part) { return part->kind == AvroKind::kNull; });
    if (null != all.parts.end()) null_branch_ = null - all.parts.begin();
    const auto value =
        std::find_if(all.parts.begin(), all.parts.end(),
                     [](const AvroNode* part) { return part->kind != AvroKind::kNull; });
    if (value == all.parts.end() || branches_ > (null_branch_ < 0 ? 1 : 2)) {
      return Mismatch();
    }
    written_ = *value;
    if (null_branch_ >= 0 && !nullable_) {
      return Error(ErrorKind::kSchemaMismatch,
                   "can be null, the input's other files not");
    }
  }
  const AvroNode& node = *written_;
  if (node.kind == AvroKind::kRecord) return CompileStruct();
  if (node.kind != AvroKind::kArray && node.kind != AvroKind::kMap) return CompileLeaf();
  const bool map = node.kind == AvroKind::kMap;
  if (type_->id() != (map ? Type::MAP : Type::LIST)) return Mismatch();
  op_ = map ? Op::kMap : Op::kList;
  const AvroNode& item = *node.parts.front();
  least_ = LeastAvroBytes(item) + (map ? 1 : 0);
  if (least_ == 0) return Mismatch();
  if (map) {
    const auto& entry = *type_->field(0)->type();
    HOWDAH_ASSIGN_OR_RETURN(auto keys, Make(Keys(), *entry.field(0), pool_));
    HOWDAH_ASSIGN_OR_RETURN(auto values, Make(item, *entry.field(1), pool_));
    parts_.push_back({nullptr, std::move(keys)});
    parts_.push_back({nullptr, std::move(values)});
  } else {
    HOWDAH_ASSIGN_OR_RETURN(auto items, Make(item, *type_->field(0), pool_));
    parts_.push_back({nullptr, std::move(items)});
  }
  empty_bytes_ = sizeof(int32_t);
  return Status::OK();
}

Status AvroColumn::CompileStruct() {
  if (type_->id() != Type::STRUCT) return Mismatch();
  op_ = Op::kStruct;
  for (const AvroField& field : written_->fields) parts_.push_back({field.type, nullptr});
  for (const auto& wanted : type_->fields()) {
    const AvroField* const field = FindAvroField(*written_, *wanted);
    Child& child = children_.emplace_back();
    if (field == nullptr) {
      const auto value = AvroDefault(*wanted);
      if (!value.ok()) {
        return Error(ErrorKind::kSchemaMismatch, "has no field '{}', which {}",
                     wanted->name(), value.status().message());
      }
      child.value = *value;
      empty_bytes_ += AvroDefaultBytes(*wanted);
      continue;
    }
    child.part = static_cast<size_t>(field - written_->fields.data());
    Part& part = parts_[child.part];
    if (part.column != nullptr) return Mismatch();  // by a name and an alias of it
    HOWDAH_ASSIGN_OR_RETURN(part.column, Make(*field->type, *wanted, pool_));
    empty_bytes_ += part.column->empty_bytes_;
  }
  return Status::OK();
}

Status AvroColumn::CompileLeaf() {
  const AvroNode& node = *written_;
  const Type::type id = type_->id();
  const auto is = [&](std::initializer_list<Type::type> ids, Op op, int64_t width) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) return false;
    op_ = op;
    width_ = width;
    empty_bytes_ = width > 0 ? width : static_cast<int64_t>(sizeof(int32_t));
    return true;
  };
  bool fits = false;
  switch (node.kind) {
    case AvroKind::kBoolean:
      fits = is({Type::BOOL}, Op::kBoolean, 0);
      break;
    case AvroKind::kInt:
      fits = is({Type::INT32, Type::DATE32}, Op::kInt32, 4) ||
             is({Type::TIME32}, Op::kTimeMillis, 4) ||
             is({Type::INT64}, Op::kIntToInt64, 8) ||
             is({Type::DOUBLE}, Op::kIntToDouble, 8);
      break;
    case AvroKind::kLong:
      fits = is({Type::INT64, Type::TIMESTAMP},
                IsMillis(node) ? Op::kMillisToMicros : Op::kInt64, 8) ||
             is({Type::TIME64}, Op::kTimeMicros, 8) ||
             is({Type::DOUBLE}, Op::kLongToDouble, 8);
      break;
    case AvroKind::kFloat:
      fits =
          is({Type::FLOAT}, Op::kFloat, 4) || is({Type::DOUBLE}, Op::kFloatToDouble, 8);
      break;
    case AvroKind::kDouble:
      fits = is({Type::DOUBLE}, Op::kDouble, 8);
      break;
    case AvroKind::kBytes:
      fits = node.logical == AvroLogical::kDecimal
                 ? is({Type::DECIMAL128}, Op::kDecimal, 16)
                 : is({Type::BINARY}, Op::kBytes, 0);
      break;
    case AvroKind::kString:
      fits = is({Type::STRING}, Op::kText, 0) || is({Type::BINARY}, Op::kBytes, 0);
      break;
    case AvroKind::kEnum:
      fits = is({Type::STRING, Type::BINARY}, Op::kEnum, 0);
      break;
    case AvroKind::kFixed:
      fits = node.logical == AvroLogical::kDecimal
                 ? is({Type::DECIMAL128}, Op::kDecimal, 16)
                 : is({Type::FIXED_SIZE_BINARY}, Op::kFixed, node.size);
      break;
    default:
      break;
  }
  return fits ? Status::OK() : Mismatch();
}

std::shared_ptr<arrow::DataType> CommonAvroType(
    const std::shared_ptr<arrow::DataType>& a,
    const std::shared_ptr<arrow::DataType>& b) {
  if (a == nullptr || b == nullptr) return nullptr;
  if (a->Equals(*b)) return a;
  const auto are = [&](Type::type one, Type::type other) {
    return (a->id() == one && b->id() == other) || (a->id() == other && b->id() == one);
  };
  if (are(Type::INT32, Type::INT64)) return arrow::int64();
  // A float does not hold every int, but a double does; of longs each is looked at.
  if (are(Type::INT32, Type::FLOAT) || are(Type::INT32, Type::DOUBLE) ||
      are(Type::INT64, Type::FLOAT) || are(Type::INT64, Type::DOUBLE) ||
      are(Type::FLOAT, Type::DOUBLE)) {
    return arrow::float64();
  }
  if (are(Type::STRING, Type::BINARY)) return arrow::binary();
  if (a->id() != b->id()) return nullptr;
  const auto common = [](const arrow::Field& one,
                         const arrow::Field& other) -> std::shared_ptr<arrow::Field> {
    auto type = CommonAvroType(one.type(), other.type());
    if (type == nullptr) return nullptr;
    return arrow::field(one.name(), type, one.nullable() || other.nullable(),
                        (HasAvroDefault(one) ? one : other).metadata());
  };
  if (a->id() == Type::LIST) {
    const auto item = common(*a->field(0), *b->field(0));
    return item == nullptr ? nullptr : arrow::list(item);
  }
  if (a->id() == Type::MAP) {
    const auto value =
        common(*a->field(0)->type()->field(1), *b->field(0)->type()->field(1));
    return value == nullptr ? nullptr : arrow::map(arrow::utf8(), value);
  }
  if (a->id() != Type::STRUCT) return nullptr;
  arrow::FieldVector fields;
  for (const auto& field : a->fields()) {
    const auto other = FindAvroColumn(b->fields(), *field);
    auto both = other != nullptr         ? common(*field, *other)
                : HasAvroDefault(*field) ? field
                                         : nullptr;
    if (both == nullptr) return nullptr;
    fields.push_back(std::move(both));
  }
  for (const auto& field : b->fields()) {
    if (FindAvroColumn(a->fields(), *field) != nullptr) continue;
    if (!HasAvroDefault(*field)) return nullptr;
    fields.push_back(field);
  }
  return arrow::struct_(std::move(fields));
}

}  // namespace howdah
