#include "source/json_nulls.h"

#include <arrow/array/data.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <vector>

namespace howdah {
namespace {

using arrow::Type;
using Data = std::shared_ptr<arrow::ArrayData>;
using FieldPtr = std::shared_ptr<arrow::Field>;

FieldPtr Replaced(const FieldPtr& field, bool nested) {
  const arrow::DataType& type = *field->type();
  if (type.id() == Type::NA) return nested ? field->WithType(arrow::boolean()) : field;
  if (type.id() == Type::LIST) {
    return field->WithType(arrow::list(Replaced(type.field(0), true)));
  }
  if (type.id() != Type::STRUCT) return field;
  arrow::FieldVector fields;
  for (const FieldPtr& part : type.fields()) fields.push_back(Replaced(part, true));
  return field->WithType(arrow::struct_(std::move(fields)));
}

Result<Data> Restored(const Data& data, const std::shared_ptr<arrow::DataType>& type) {
  if (data->type->Equals(*type)) return data;
  if (type->id() == Type::NA) {
    if (data->GetNullCount() == data->length) {
      return arrow::ArrayData::Make(type, data->length, {nullptr}, data->length);
    }
    return Status::Invalid("a value where there were none but null");
  }
  Data copy = data->Copy();
  copy->type = type;
  for (int i = 0; i < type->num_fields(); ++i) {
    Data& child = copy->child_data[static_cast<size_t>(i)];
    HOWDAH_ASSIGN_OR_RETURN(child, Restored(child, type->field(i)->type()));
  }
  return copy;
}

}  // namespace

std::shared_ptr<arrow::Schema> WithoutNestedNulls(
    const std::shared_ptr<arrow::Schema>& schema) {
  arrow::FieldVector fields;
  for (const FieldPtr& field : schema->fields()) fields.push_back(Replaced(field, false));
  auto replaced = arrow::schema(std::move(fields));
  return replaced->Equals(*schema) ? schema : replaced;
}

Result<std::shared_ptr<arrow::RecordBatch>> RestoreNestedNulls(
    const arrow::RecordBatch& rows, const std::shared_ptr<arrow::Schema>& schema) {
  std::vector<Data> columns = rows.column_data();
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto& type = schema->field(static_cast<int>(i))->type();
    HOWDAH_ASSIGN_OR_RETURN(columns[i], Restored(columns[i], type));
  }
  return arrow::RecordBatch::Make(schema, rows.num_rows(), std::move(columns));
}

}  // namespace howdah
