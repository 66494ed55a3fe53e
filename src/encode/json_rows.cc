#include "encode/json_rows.h"

#include <arrow/builder.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "encode/text_parse.h"

namespace howdah {
namespace {

using Json = nlohmann::ordered_json;

Status Append(const Json& value, const arrow::Field& field, arrow::ArrayBuilder* builder);

Status WrongKind(const Json& value, const arrow::DataType& type) {
  return Error(ErrorKind::kCorruption, "a JSON {} is no {}", value.type_name(),
               type.ToString());
}

/// How many arrays lie around the elements of a list.
int64_t Levels(const arrow::Field& field) {
  const auto& metadata = field.metadata();
  const int at = metadata == nullptr ? -1 : metadata->FindKey("tensor.shape");
  if (at < 0) return 1;
  const std::string& shape = metadata->value(at);
  return 1 + std::count(shape.begin(), shape.end(), ',');
}

Status AppendElements(const Json& value, int64_t levels, const arrow::Field& element,
                      arrow::ArrayBuilder* builder) {
  if (!value.is_array()) return WrongKind(value, *element.type());
  for (const Json& part : value) {
    HOWDAH_RETURN_IF_ERROR(levels > 1 ? AppendElements(part, levels - 1, element, builder)
                                      : Append(part, element, builder));
  }
  return Status::OK();
}

template <typename Builder>
Status AppendList(const Json& value, const arrow::Field& field,
                  arrow::ArrayBuilder* any) {
  auto* const builder = static_cast<Builder*>(any);
  HOWDAH_RETURN_IF_ERROR(builder->Append());
  HOWDAH_RETURN_IF_ERROR(AppendElements(value, Levels(field), *field.type()->field(0),
                                        builder->value_builder()));
  return CheckListSize(*builder);
}

Status AppendStruct(const Json& value, const arrow::DataType& type,
                    arrow::StructBuilder* builder) {
  if (!value.is_object() || static_cast<int>(value.size()) != type.num_fields()) {
    return WrongKind(value, type);
  }
  HOWDAH_RETURN_IF_ERROR(builder->Append());
  int i = 0;
  for (const auto& [name, part] : value.items()) {
    if (name != type.field(i)->name()) return WrongKind(value, type);
    HOWDAH_RETURN_IF_ERROR(Append(part, *type.field(i), builder->field_builder(i)));
    ++i;
  }
  return Status::OK();
}

Status AppendMap(const Json& value, const arrow::MapType& type,
                 arrow::MapBuilder* builder) {
  if (!value.is_object()) return WrongKind(value, type);
  HOWDAH_RETURN_IF_ERROR(builder->Append());
  for (const auto& [key, item] : value.items()) {
    HOWDAH_RETURN_IF_ERROR(AppendText(key, builder->key_builder()));
    HOWDAH_RETURN_IF_ERROR(Append(item, *type.item_field(), builder->item_builder()));
  }
  return Status::OK();
}

Status Append(const Json& value, const arrow::Field& field,
              arrow::ArrayBuilder* builder) {
  using arrow::Type;
  const arrow::DataType& type = *field.type();
  if (value.is_null()) return builder->AppendNull();
  switch (type.id()) {
    case Type::LIST:
      return AppendList<arrow::ListBuilder>(value, field, builder);
    case Type::LARGE_LIST:
      return AppendList<arrow::LargeListBuilder>(value, field, builder);
    case Type::FIXED_SIZE_LIST:
      return AppendList<arrow::FixedSizeListBuilder>(value, field, builder);
    case Type::STRUCT:
      return AppendStruct(value, type, static_cast<arrow::StructBuilder*>(builder));
    case Type::MAP:
      return AppendMap(value, static_cast<const arrow::MapType&>(type),
                       static_cast<arrow::MapBuilder*>(builder));
    case Type::FLOAT:
      // A float's text gives the same bits by way of a double: WriteFloat.
      if (!value.is_number()) break;
      return static_cast<arrow::FloatBuilder*>(builder)->Append(
          static_cast<float>(value.get<double>()));
    case Type::DOUBLE:
      if (!value.is_number()) break;
      return static_cast<arrow::DoubleBuilder*>(builder)->Append(value.get<double>());
    default:
      break;
  }
  const bool is_text = !arrow::is_integer(type.id()) && type.id() != Type::BOOL;
  // Of nothing else: dump calls itself as deep as arrays are nested.
  const bool fits = is_text ? value.is_string() : value.is_number() || value.is_boolean();
  if (!fits) return WrongKind(value, type);
  if (is_text) return AppendText(value.get_ref<const std::string&>(), builder);
  return AppendText(value.dump(), builder);
}

}  // namespace

Status ParseJson(std::string_view line, const arrow::Schema& schema,
                 const std::vector<std::unique_ptr<arrow::ArrayBuilder>>& builders) {
  const Json row = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!row.is_object() || row.size() != builders.size()) {
    return Error(ErrorKind::kCorruption, "it is no JSON object of {} columns",
                 builders.size());
  }
  int i = 0;
  for (const auto& [name, value] : row.items()) {
    const arrow::Field& field = *schema.field(i);
    if (name != field.name()) {
      return Error(ErrorKind::kCorruption, "where '{}' was written there is '{}'",
                   field.name(), name);
    }
    const Status appended = Append(value, field, builders[static_cast<size_t>(i)].get());
    if (!appended.ok()) return WithContext(appended, "column '" + name + "'");
    ++i;
  }
  return Status::OK();
}

}  // namespace howdah
