#include "source/columns.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <set>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace howdah {
namespace {

std::string Describe(const arrow::Field& field) {
  return field.type()->ToString() + (field.nullable() ? "" : " not null");
}

}  // namespace

Status CheckColumns(const std::string& file, const arrow::Schema& schema,
                    const arrow::Schema& wanted) {
  for (const auto& expected : wanted.fields()) {
    const auto field = schema.GetFieldByName(expected->name());
    if (field == nullptr) {
      return Error(ErrorKind::kSchemaMismatch, "{}: no column '{}'{}", file,
                   expected->name(), DidYouMean(expected->name(), schema.field_names()));
    }
    if (!field->type()->Equals(*expected->type()) ||
        (field->nullable() && !expected->nullable())) {
      return Error(ErrorKind::kSchemaMismatch,
                   "{}: column '{}' is {}, the input's other files have {}", file,
                   field->name(), Describe(*field), Describe(*expected));
    }
  }
  return Status::OK();
}

Result<std::shared_ptr<arrow::RecordBatch>> SelectColumns(
    const arrow::RecordBatch& rows, const std::shared_ptr<arrow::Schema>& wanted) {
  arrow::ArrayVector columns;
  for (const auto& field : wanted->fields()) {
    auto column = rows.GetColumnByName(field->name());
    if (column == nullptr || !column->type()->Equals(*field->type())) {
      return Error(ErrorKind::kSchemaMismatch, "column '{}' is not {}", field->name(),
                   Describe(*field));
    }
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(wanted, rows.num_rows(), std::move(columns));
}

Status CheckNames(const std::string& file, const arrow::Schema& schema) {
  std::set<std::string_view> seen;
  for (const auto& field : schema.fields()) {
    if (!seen.insert(field->name()).second) {
      return Error(ErrorKind::kSchemaMismatch,
                   "{}: two columns are named '{}': rename one of them", file,
                   field->name());
    }
  }
  return Status::OK();
}

}  // namespace howdah
