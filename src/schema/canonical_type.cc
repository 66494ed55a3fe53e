#include <arrow/extension_type.h>
#include <arrow/type.h>

#include <vector>

#include "schema/canonical.h"
#include "schema/dictionary.h"

namespace howdah {
namespace {

using TypePtr = std::shared_ptr<arrow::DataType>;
using FieldPtr = std::shared_ptr<arrow::Field>;

Result<FieldPtr> CanonicalField(const FieldPtr& field) {
  HOWDAH_ASSIGN_OR_RETURN(TypePtr type, CanonicalType(field->type()));
  return arrow::field(field->name(), std::move(type), field->nullable());
}

Result<TypePtr> CanonicalStruct(const arrow::DataType& type) {
  std::vector<FieldPtr> fields;
  for (const FieldPtr& field : type.fields()) {
    HOWDAH_ASSIGN_OR_RETURN(fields.emplace_back(), CanonicalField(field));
  }
  return arrow::struct_(fields);
}

Result<TypePtr> CanonicalMap(const arrow::MapType& map) {
  HOWDAH_ASSIGN_OR_RETURN(FieldPtr key, CanonicalField(map.key_field()));
  HOWDAH_ASSIGN_OR_RETURN(FieldPtr item, CanonicalField(map.item_field()));
  return std::make_shared<arrow::MapType>(std::move(key), std::move(item),
                                          map.keys_sorted());
}

Result<TypePtr> CanonicalDictionary(const arrow::DictionaryType& dictionary) {
  if (!IsDecodable(*dictionary.value_type())) {
    return Error(ErrorKind::kSchemaMismatch, "a dictionary of {} cannot be carried",
                 dictionary.value_type()->ToString());
  }
  return CanonicalType(dictionary.value_type());
}

}  // namespace

Result<TypePtr> CanonicalType(const TypePtr& type) {
  using arrow::Type;
  switch (type->id()) {
    case Type::UINT32:
    case Type::UINT64:
      return arrow::int64();
    case Type::HALF_FLOAT:
      return arrow::float32();
    case Type::TIMESTAMP: {
      const auto& timestamp = static_cast<const arrow::TimestampType&>(*type);
      const bool lands = timestamp.unit() == arrow::TimeUnit::MILLI ||
                         timestamp.unit() == arrow::TimeUnit::MICRO;
      if (lands) return type;
      return arrow::timestamp(arrow::TimeUnit::MICRO, timestamp.timezone());
    }
    case Type::DATE64:
      return arrow::date32();
    case Type::TIME32:
      return arrow::time32(arrow::TimeUnit::MILLI);
    case Type::TIME64:
      return arrow::time64(arrow::TimeUnit::MICRO);
    case Type::STRING_VIEW:
      return arrow::utf8();
    case Type::BINARY_VIEW:
      return arrow::binary();
    case Type::DICTIONARY:
      return CanonicalDictionary(static_cast<const arrow::DictionaryType&>(*type));
    case Type::EXTENSION:
      return CanonicalType(
          static_cast<const arrow::ExtensionType&>(*type).storage_type());
    case Type::LIST:
    case Type::LIST_VIEW: {
      HOWDAH_ASSIGN_OR_RETURN(FieldPtr element, CanonicalField(type->field(0)));
      return arrow::list(std::move(element));
    }
    case Type::LARGE_LIST:
    case Type::LARGE_LIST_VIEW: {
      HOWDAH_ASSIGN_OR_RETURN(FieldPtr element, CanonicalField(type->field(0)));
      return arrow::large_list(std::move(element));
    }
    case Type::FIXED_SIZE_LIST: {
      HOWDAH_ASSIGN_OR_RETURN(FieldPtr element, CanonicalField(type->field(0)));
      return arrow::fixed_size_list(
          std::move(element),
          static_cast<const arrow::FixedSizeListType&>(*type).list_size());
    }
    case Type::STRUCT:
      return CanonicalStruct(*type);
    case Type::MAP:
      return CanonicalMap(static_cast<const arrow::MapType&>(*type));
    case Type::NA:
    case Type::SPARSE_UNION:
    case Type::DENSE_UNION:
    case Type::RUN_END_ENCODED:
      return Error(ErrorKind::kSchemaMismatch, "type {} cannot be carried",
                   type->ToString());
    default:
      return type;
  }
}

}  // namespace howdah
