#include "schema/batch_column.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

namespace howdah {

Result<std::shared_ptr<arrow::Array>> FindColumn(const arrow::RecordBatch& batch,
                                                 const std::string& name,
                                                 const arrow::DataType& type) {
  std::shared_ptr<arrow::Array> column = batch.GetColumnByName(name);
  if (column == nullptr) {
    return Error(ErrorKind::kSchemaMismatch,
                 "column '{}' of {} is missing from a batch of the input", name,
                 type.ToString());
  }
  if (!column->type()->Equals(type)) {
    return Error(ErrorKind::kSchemaMismatch,
                 "column '{}' is of {} in a batch of the input, expected {}", name,
                 column->type()->ToString(), type.ToString());
  }
  return column;
}

}  // namespace howdah
