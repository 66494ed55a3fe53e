#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace howdah {

/// Why a row does not land: what quarantined rows carry as their error code.
enum class FaultCode {
  kModel,      ///< the model fails on the row
  kCast,       ///< a value that the type it is to have cannot hold
  kNull,       ///< a null where none may be
  kUtf8,       ///< text that is not UTF-8
  kNan,        ///< NaN or infinite, which the column's policy refuses
  kRange,      ///< below `min` or above `max`
  kSum,        ///< a list whose sum is another than declared
  kShape,      ///< values of another shape than declared
  kLength,     ///< a list of another length than the tensor's
  kPartition,  ///< a value that can name no directory
};

/// "model", "cast", "null", "utf8", "nan", "range", "sum", "shape", "length",
/// "partition".
std::string_view Name(FaultCode code);

/// Why one row of a batch does not land.
struct RowFault {
  int64_t row = -1;    ///< from 0, in the batch as it was given
  std::string column;  ///< its name, as the user wrote it
  FaultCode code = FaultCode::kCast;
  std::string message;  ///< a clause about the value: says neither row nor column
};

/// Set `fault` but for its column; \return the message as an error, for the caller to
/// complete.
Status Blame(int64_t row, FaultCode code, std::string message, RowFault* fault);

/// The fault as an error of kInvalidInput: "column 'x', row 3: …".
Status ToStatus(const RowFault& fault);

/// The rows [0, rows) without those of `faults` (ascending), as runs of neighbours.
struct RowRun {
  int64_t begin = 0, rows = 0;
};
std::vector<RowRun> RowsWithout(const std::vector<RowFault>& faults, int64_t rows);

}  // namespace howdah
