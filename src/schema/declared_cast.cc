#include "schema/declared_cast.h"

#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "schema/scalar_cast.h"
#include "schema/validity.h"

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;
using arrow::Type;

/// A clause; the caller adds column and type.
Status NoNull(const std::string& where) {
  return Error(
      ErrorKind::kInvalidInput,
      "a null {}, where the declared schema allows none (a union with null would)",
      where);
}

int64_t FirstNull(const Array& array) {
  if (array.null_count() == 0) return -1;
  int64_t row = 0;
  while (!array.IsNull(row)) ++row;
  return row;
}

/// The lists of an array: what they hold, without what null lists hide, and where each
/// begins.
struct Lists {
  ArrayPtr elements;
  std::shared_ptr<arrow::Buffer> offsets;  // int32, from 0

  const int32_t* starts() const {
    return reinterpret_cast<const int32_t*>(offsets->data());
  }
  int64_t RowOf(int64_t element) const {
    const int32_t* end =
        starts() + (offsets->size() / static_cast<int64_t>(sizeof(int32_t)));
    return std::upper_bound(starts(), end, element) - starts() - 1;
  }
};

template <typename ListArray>
Result<Lists> TakeApart(const ListArray& list) {
  Lists lists;
  ARROW_ASSIGN_OR_RAISE(lists.elements, list.Flatten());
  if (lists.elements->length() > std::numeric_limits<int32_t>::max()) {
    return Error(ErrorKind::kInvalidInput,
                 "a batch has {} elements in lists, more than a list column can hold "
                 "(2^31-1); lower model.batch_rows",
                 lists.elements->length());
  }
  ARROW_ASSIGN_OR_RAISE(
      lists.offsets,
      arrow::AllocateBuffer((list.length() + 1) * static_cast<int64_t>(sizeof(int32_t))));
  auto* out = reinterpret_cast<int32_t*>(lists.offsets->mutable_data());
  out[0] = 0;
  for (int64_t i = 0; i < list.length(); ++i) {
    const int64_t length = list.IsNull(i) ? 0 : list.value_length(i);
    out[i + 1] = static_cast<int32_t>(out[i] + length);
  }
  return lists;
}

Result<Lists> TakeListsApart(const Array& array) {
  switch (array.type_id()) {
    case Type::LARGE_LIST:
      return TakeApart(static_cast<const arrow::LargeListArray&>(array));
    case Type::FIXED_SIZE_LIST:
      return TakeApart(static_cast<const arrow::FixedSizeListArray&>(array));
    default:  // a map is a list of its entries
      return TakeApart(static_cast<const arrow::ListArray&>(array));
  }
}

Result<ArrayPtr> CastList(const ArrayPtr& array, const TypePtr& type, int64_t* bad_row) {
  HOWDAH_ASSIGN_OR_RETURN(Lists lists, TakeListsApart(*array));
  const arrow::Field& element = *type->field(0);
  Result<ArrayPtr> cast = CastToDeclared(lists.elements, element.type(), bad_row);
  if (cast.ok() && !element.nullable()) {
    *bad_row = FirstNull(**cast);
    if (*bad_row >= 0) cast = NoNull("inside an array");
  }
  if (!cast.ok()) {
    if (*bad_row >= 0) *bad_row = lists.RowOf(*bad_row);
    return cast;
  }
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityFromZero(*array));
  return arrow::MakeArray(arrow::ArrayData::Make(type, array->length(),
                                                 {std::move(validity), lists.offsets},
                                                 {(*cast)->data()}, array->null_count()));
}

Result<ArrayPtr> CastStruct(const ArrayPtr& array, const TypePtr& type,
                            int64_t* bad_row) {
  const auto& parent = static_cast<const arrow::StructArray&>(*array);
  const auto& from = static_cast<const arrow::StructType&>(*array->type());
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  for (int i = 0; i < type->num_fields(); ++i) {
    const arrow::Field& field = *type->field(i);
    const int index = from.GetFieldIndex(field.name());
    ArrayPtr child = parent.field(index);
    if (parent.null_count() > 0) {
      // What stands under a null struct is no value, so it is not checked.
      ARROW_ASSIGN_OR_RAISE(child, parent.GetFlattenedField(index));
    }
    HOWDAH_ASSIGN_OR_RETURN(child, CastToDeclared(child, field.type(), bad_row));
    std::shared_ptr<arrow::ArrayData> data = child->data();
    if (!field.nullable() && child->null_count() > 0) {
      for (int64_t row = 0; row < child->length(); ++row) {
        if (child->IsNull(row) && !parent.IsNull(row)) {
          *bad_row = row;
          return NoNull(fmt::format("in field '{}'", field.name()));
        }
      }
      data = data->Copy();
      data->buffers[0] = nullptr;
      data->null_count = 0;
    }
    children.push_back(std::move(data));
  }
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityFromZero(parent));
  return arrow::MakeArray(
      arrow::ArrayData::Make(type, parent.length(), {std::move(validity)},
                             std::move(children), parent.null_count()));
}

Result<ArrayPtr> CastMap(const ArrayPtr& array, const TypePtr& type, int64_t* bad_row) {
  HOWDAH_ASSIGN_OR_RETURN(Lists lists, TakeListsApart(*array));
  const auto& entries = static_cast<const arrow::StructArray&>(*lists.elements);
  const auto& map = static_cast<const arrow::MapType&>(*type);
  const auto fail = [&](const Status& status) {
    if (*bad_row >= 0) *bad_row = lists.RowOf(*bad_row);
    return status;
  };
  Result<ArrayPtr> keys = CastToDeclared(entries.field(0), map.key_type(), bad_row);
  if (!keys.ok()) return fail(keys.status());
  Result<ArrayPtr> items = CastToDeclared(entries.field(1), map.item_type(), bad_row);
  if (!items.ok()) return fail(items.status());
  *bad_row = FirstNull(**keys);
  if (*bad_row >= 0) return fail(NoNull("as a key of a map"));
  *bad_row = map.item_field()->nullable() ? -1 : FirstNull(**items);
  if (*bad_row >= 0) return fail(NoNull("inside a map"));
  const auto cast_entries =
      arrow::ArrayData::Make(map.value_type(), entries.length(), {nullptr},
                             {(*keys)->data(), (*items)->data()}, 0);
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityFromZero(*array));
  return arrow::MakeArray(arrow::ArrayData::Make(type, array->length(),
                                                 {std::move(validity), lists.offsets},
                                                 {cast_entries}, array->null_count()));
}

bool IsList(const arrow::DataType& type) {
  return type.id() == Type::LIST || type.id() == Type::LARGE_LIST ||
         type.id() == Type::FIXED_SIZE_LIST;
}

Status NoCast(const arrow::DataType& from, const arrow::DataType& to,
              const std::string& advice) {
  return Error(ErrorKind::kSchemaMismatch, "{} cannot land as {}{}{}", from.ToString(),
               to.ToString(), advice.empty() ? "" : ": ", advice);
}

Status CheckStruct(const arrow::DataType& from, const arrow::DataType& to, bool round) {
  const auto& fields = static_cast<const arrow::StructType&>(from);
  for (const auto& field : to.fields()) {
    const int index = fields.GetFieldIndex(field->name());
    if (index < 0) {
      return NoCast(from, to, fmt::format("it has no field '{}'", field->name()));
    }
    HOWDAH_RETURN_IF_ERROR(
        CheckDeclaredCast(*fields.field(index)->type(), *field->type(), round));
  }
  for (const auto& field : from.fields()) {
    if (static_cast<const arrow::StructType&>(to).GetFieldIndex(field->name()) < 0) {
      return NoCast(from, to,
                    fmt::format("field '{}' would be lost; declare it", field->name()));
    }
  }
  return Status::OK();
}

std::string Advice(const arrow::DataType& from, const arrow::DataType& to) {
  if (arrow::is_floating(from.id()) && arrow::is_integer(to.id())) {
    return "digits behind the point would be lost; declare it as double";
  }
  if (from.id() == Type::TIMESTAMP && to.id() == Type::TIMESTAMP) {
    return "one is an instant and one a local time (local-timestamp-micros), and which "
           "zone is meant is not said";
  }
  return "";
}

}  // namespace

Status CheckDeclaredCast(const arrow::DataType& from, const arrow::DataType& to,
                         bool round) {
  if (IsList(from) && to.id() == Type::LIST) {
    return CheckDeclaredCast(*from.field(0)->type(), *to.field(0)->type(), round);
  }
  if (from.id() == Type::STRUCT && to.id() == Type::STRUCT) {
    return CheckStruct(from, to, round);
  }
  if (from.id() == Type::MAP && to.id() == Type::MAP) {
    const auto& a = static_cast<const arrow::MapType&>(from);
    const auto& b = static_cast<const arrow::MapType&>(to);
    HOWDAH_RETURN_IF_ERROR(CheckDeclaredCast(*a.key_type(), *b.key_type(), round));
    return CheckDeclaredCast(*a.item_type(), *b.item_type(), round);
  }
  if (arrow::is_nested(from.id()) || arrow::is_nested(to.id()) ||
      FindScalarCast(from, to) == nullptr) {
    return NoCast(from, to, Advice(from, to));
  }
  if (from.id() == Type::DOUBLE && to.id() == Type::FLOAT && !round) {
    return NoCast(from, to,
                  "digits could be lost; declare double, or say \"tensor.round\": true "
                  "beside the field's type");
  }
  return Status::OK();
}

Result<ArrayPtr> CastToDeclared(const ArrayPtr& array, const TypePtr& type,
                                int64_t* bad_row) {
  switch (type->id()) {
    case Type::LIST:
      return CastList(array, type, bad_row);
    case Type::STRUCT:
      return CastStruct(array, type, bad_row);
    case Type::MAP:
      return CastMap(array, type, bad_row);
    default:
      return FindScalarCast(*array->type(), *type)(array, type, bad_row);
  }
}

}  // namespace howdah
