#include "pipeline/partition_type.h"

#include <arrow/type.h>

namespace howdah {

Result<std::shared_ptr<arrow::DataType>> PartitionType(const std::string& text) {
  for (const auto& type : {arrow::int8(), arrow::int16(), arrow::int32(), arrow::int64(),
                           arrow::uint8(), arrow::uint16(), arrow::boolean(),
                           arrow::date32(), arrow::utf8(), arrow::large_utf8()}) {
    if (type->ToString() == text) return type;
  }
  return Error(ErrorKind::kCorruption,
               "the ledger has a partition column of type '{}', which names no directory",
               text);
}

}  // namespace howdah
