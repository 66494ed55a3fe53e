#pragma once

#include <memory>
#include <string>

#include "base/status.h"

namespace arrow {
class Array;
class DataType;
class RecordBatch;
}  // namespace arrow

namespace howdah {

/// The column `name` of `batch`. SchemaMismatch if it is missing or not of the type that
/// the plan was made for: input files may differ.
Result<std::shared_ptr<arrow::Array>> FindColumn(const arrow::RecordBatch& batch,
                                                 const std::string& name,
                                                 const arrow::DataType& type);

}  // namespace howdah
