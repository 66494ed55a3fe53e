#pragma once

#include <memory>
#include <string>

#include "base/status.h"

namespace arrow {
class DataType;
}  // namespace arrow

namespace howdah {

/// The type of a partition column from its Arrow text in a ledger ("int64"). Corruption:
/// no type that directories can be named by.
Result<std::shared_ptr<arrow::DataType>> PartitionType(const std::string& text);

}  // namespace howdah
