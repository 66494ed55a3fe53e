#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "schema/landing.h"
#include "schema/row_fault.h"
#include "schema/value_checks.h"

namespace arrow {
class Array;
class DataType;
}  // namespace arrow

namespace howdah {

/// The checks of one column of the output, settled for its type.
struct FieldChecks {
  std::string name;  ///< of the column
  bool has_floats = false;
  NanPolicy nan = NanPolicy::kAllow;
  std::string unheld;  ///< the format that holds no NaN, if that is why it is forbidden
  std::optional<double> min, max, sum;
  double sum_tolerance = kSumTolerance;
  /// Elements that each list has, of a kept column with a declared shape.
  std::optional<int64_t> list_length;
  bool quarantine = false;  ///< what breaks min, max, sum or list_length is a row's fault

  /// Whether there is anything to look for.
  bool any() const { return has_floats || min || max || sum || list_length; }
  /// "nan = null, min = 0, sum = 1, sum_tolerance = 0.001"; "" without checks.
  std::string ToString() const;
};

/// `given` for a column of `type` that lands. SchemaMismatch: a clause that says which
/// check the column cannot have, and what to do.
Result<FieldChecks> SettleChecks(const std::string& name, const arrow::DataType& type,
                                 const ValueChecks& given, const RowChecks& job);

/// `type` as NanPolicy::kNull makes it: list elements become nullable. Of a type that
/// SettleChecks passed.
std::shared_ptr<arrow::DataType> WithNullableElements(
    const std::shared_ptr<arrow::DataType>& type);

/// Look through the values of a column, once. Nulls, and what they hide, pass.
/// \param faults  the rows that do not land are added, in no order, maybe more than once.
/// \param non_finite  counted up.
/// InvalidInput: a value that fails the run (names column and row).
Status FindFaults(const FieldChecks& checks, const arrow::Array& array,
                  std::vector<RowFault>* faults, NonFinite* non_finite);

/// `array` with nulls in place of what is not finite, as an array of `type`, which
/// WithNullableElements gave. The values are shared.
Result<std::shared_ptr<arrow::Array>> NonFiniteToNull(
    const std::shared_ptr<arrow::Array>& array,
    const std::shared_ptr<arrow::DataType>& type);

}  // namespace howdah
