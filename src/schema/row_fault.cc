#include "schema/row_fault.h"

#include <utility>

namespace howdah {

std::string_view Name(FaultCode code) {
  switch (code) {
    case FaultCode::kModel:
      return "model";
    case FaultCode::kCast:
      return "cast";
    case FaultCode::kNull:
      return "null";
    case FaultCode::kUtf8:
      return "utf8";
    case FaultCode::kNan:
      return "nan";
    case FaultCode::kRange:
      return "range";
    case FaultCode::kSum:
      return "sum";
    case FaultCode::kShape:
      return "shape";
    case FaultCode::kLength:
      return "length";
    case FaultCode::kPartition:
      return "partition";
  }
  return "";
}

Status Blame(int64_t row, FaultCode code, std::string message, RowFault* fault) {
  fault->row = row;
  fault->code = code;
  fault->message = std::move(message);
  return MakeError(ErrorKind::kInvalidInput, fault->message);
}

Status ToStatus(const RowFault& fault) {
  return Error(ErrorKind::kInvalidInput, "column '{}', row {}: {}", fault.column,
               fault.row, fault.message);
}

std::vector<RowRun> RowsWithout(const std::vector<RowFault>& faults, int64_t rows) {
  std::vector<RowRun> runs;
  int64_t begin = 0;
  const auto add = [&](int64_t end) {
    if (end > begin) runs.push_back({begin, end - begin});
  };
  for (const RowFault& fault : faults) {
    add(fault.row);
    begin = fault.row + 1;
  }
  add(rows);
  return runs;
}

}  // namespace howdah
