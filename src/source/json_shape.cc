#include "source/json_shape.h"

#include <arrow/type.h>

#include <limits>
#include <utility>

namespace howdah {
namespace {

constexpr uint64_t kMostInt64 = std::numeric_limits<int64_t>::max();

/// 53 bits of a double's significand, and as many zeros behind as there may be.
bool FitsDouble(uint64_t magnitude) {
  if (magnitude == 0) return true;
  return (magnitude >> __builtin_ctzll(magnitude)) < (uint64_t{1} << 53);
}

std::shared_ptr<arrow::DataType> CommonStruct(const arrow::DataType& a,
                                              const arrow::DataType& b) {
  arrow::FieldVector fields = a.fields();
  for (const auto& other : b.fields()) {
    auto same = std::find_if(fields.begin(), fields.end(), [&](const auto& field) {
      return field->name() == other->name();
    });
    if (same == fields.end()) {
      fields.push_back(other);
      continue;
    }
    const auto type = CommonJsonType((*same)->type(), other->type());
    if (type == nullptr) return nullptr;
    *same = (*same)->WithType(type);
  }
  return arrow::struct_(std::move(fields));
}

}  // namespace

std::string_view JsonShape::Name(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return "a boolean";
    case Kind::kNumber:
      return "a number";
    case Kind::kString:
      return "a string";
    case Kind::kList:
      return "a list";
    case Kind::kObject:
      return "an object";
  }
  return "null";
}

Status JsonShape::Meet(Kind kind) {
  if (kind_ == Kind::kNull) kind_ = kind;
  if (kind_ == kind) return Status::OK();
  return Error(ErrorKind::kInvalidInput, "is {}, on the lines before it was {}",
               Name(kind), Name(kind_));
}

Status JsonShape::MeetList() {
  if (items_ == nullptr) items_ = std::make_unique<JsonShape>();
  return Meet(Kind::kList);
}

Status JsonShape::MeetWhole(uint64_t magnitude, bool negative) {
  HOWDAH_RETURN_IF_ERROR(Meet(Kind::kNumber));
  negative_ = negative_ || negative;
  if (!negative && magnitude > kMostInt64 && large_.empty()) {
    large_ = std::to_string(magnitude);
  }
  if (!FitsDouble(magnitude) && inexact_.empty()) {
    inexact_ = (negative ? "-" : "") + std::to_string(magnitude);
  }
  return CheckNumbers();
}

Status JsonShape::MeetFraction() {
  HOWDAH_RETURN_IF_ERROR(Meet(Kind::kNumber));
  fraction_ = true;
  return CheckNumbers();
}

Status JsonShape::CheckNumbers() const {
  if (fraction_ && !inexact_.empty()) {
    return Error(
        ErrorKind::kInvalidInput,
        "holds fractions and {}, a whole number that a double cannot hold; write "
        "it as a string",
        inexact_);
  }
  if (!fraction_ && negative_ && !large_.empty()) {
    return Error(ErrorKind::kInvalidInput,
                 "holds negative numbers and {}: no type of 64 bits has both", large_);
  }
  return Status::OK();
}

JsonShape::Field& JsonShape::field(std::string_view name) {
  const auto known = by_name_.find(name);
  if (known != by_name_.end()) return *known->second;
  fields_.push_back(std::make_unique<Field>());
  Field& field = *fields_.back();
  field.name = name;
  field.shape = std::make_unique<JsonShape>();
  by_name_.emplace(field.name, &field);
  return field;
}

std::shared_ptr<arrow::DataType> JsonShape::type() const {
  switch (kind_) {
    case Kind::kNull:
      return arrow::null();
    case Kind::kBool:
      return arrow::boolean();
    case Kind::kNumber:
      if (fraction_) return arrow::float64();
      return large_.empty() ? arrow::int64() : arrow::uint64();
    case Kind::kString:
      return arrow::utf8();
    case Kind::kList:
      return arrow::list(items_->type());
    case Kind::kObject: {
      arrow::FieldVector fields;
      for (const auto& one : fields_) {
        fields.push_back(arrow::field(one->name, one->shape->type()));
      }
      return arrow::struct_(std::move(fields));
    }
  }
  return arrow::null();
}

std::string JsonShape::BentBy(const arrow::DataType& read_as) const {
  if (read_as.id() == arrow::Type::DOUBLE) return inexact_;
  if (read_as.id() == arrow::Type::LIST && items_ != nullptr) {
    return items_->BentBy(*read_as.field(0)->type());
  }
  if (read_as.id() != arrow::Type::STRUCT) return "";
  for (const auto& child : read_as.fields()) {
    const auto known = by_name_.find(child->name());
    if (known == by_name_.end()) continue;
    std::string bent = known->second->shape->BentBy(*child->type());
    if (!bent.empty()) return bent;
  }
  return "";
}

std::shared_ptr<arrow::DataType> CommonJsonType(
    const std::shared_ptr<arrow::DataType>& a,
    const std::shared_ptr<arrow::DataType>& b) {
  using arrow::Type;
  if (a == nullptr || b == nullptr) return a != nullptr ? a : b;
  if (a->Equals(*b) || b->id() == Type::NA) return a;
  if (a->id() == Type::NA) return b;
  const auto number = [](const arrow::DataType& type) {
    return type.id() == Type::INT64 || type.id() == Type::UINT64 ||
           type.id() == Type::DOUBLE;
  };
  if (number(*a) && number(*b)) {
    const bool fraction = a->id() == Type::DOUBLE || b->id() == Type::DOUBLE;
    return fraction ? arrow::float64() : arrow::uint64();
  }
  if (a->id() != b->id()) return nullptr;
  if (a->id() == Type::LIST) {
    auto item = CommonJsonType(a->field(0)->type(), b->field(0)->type());
    return item != nullptr ? arrow::list(std::move(item)) : nullptr;
  }
  return a->id() == Type::STRUCT ? CommonStruct(*a, *b) : nullptr;
}

}  // namespace howdah
