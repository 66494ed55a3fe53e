#pragma once

#include <memory>
#include <string>

#include "base/status.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

namespace howdah {

/// Whether the file `file`, whose columns are `schema`, has the columns of `wanted` with
/// their types. SchemaMismatch names the file, the column and both types.
Status CheckColumns(const std::string& file, const arrow::Schema& schema,
                    const arrow::Schema& wanted);

/// `rows` with the columns of `wanted` in its order, and no others. SchemaMismatch: one
/// is missing or of another type (names it, not the file).
Result<std::shared_ptr<arrow::RecordBatch>> SelectColumns(
    const arrow::RecordBatch& rows, const std::shared_ptr<arrow::Schema>& wanted);

/// Whether no two columns share a name. SchemaMismatch names the file and the column.
Status CheckNames(const std::string& file, const arrow::Schema& schema);

}  // namespace howdah
