#pragma once

#include <memory>

#include "base/status.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

namespace howdah {

/// `schema` as Arrow's JSON reader (26.0) can be told it: what is null in all lists or
/// structs is bool there, since it gives null values inside of lists too few elements.
/// `schema` itself if it has no such type.
std::shared_ptr<arrow::Schema> WithoutNestedNulls(
    const std::shared_ptr<arrow::Schema>& schema);

/// `rows` of WithoutNestedNulls(`schema`) as rows of `schema`. Invalid: there is a value
/// where all is null.
Result<std::shared_ptr<arrow::RecordBatch>> RestoreNestedNulls(
    const arrow::RecordBatch& rows, const std::shared_ptr<arrow::Schema>& schema);

}  // namespace howdah
