#include "source/large_doubles.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>

#include <algorithm>
#include <cmath>

namespace howdah {
namespace {

bool HasLarge(const arrow::ArrayData& data) {
  if (data.type->id() == arrow::Type::DOUBLE) {
    const double* const values = data.GetValues<double>(1);
    return std::any_of(values, values + data.length,
                       [](double value) { return std::fabs(value) >= 0x1p53; });
  }
  return std::any_of(data.child_data.begin(), data.child_data.end(),
                     [](const auto& child) { return HasLarge(*child); });
}

}  // namespace

bool HasLargeDoubles(const arrow::RecordBatch& rows) {
  return std::any_of(rows.columns().begin(), rows.columns().end(),
                     [](const auto& column) { return HasLarge(*column->data()); });
}

}  // namespace howdah
