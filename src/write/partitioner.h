#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace arrow {
class DataType;
class RecordBatch;
}  // namespace arrow

namespace howdah {

/// Column and value of each directory level, outermost first; nullopt: null.
using PartitionValues = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// Rows of a batch that belong into one directory.
struct PartitionRows {
  std::string directory;  ///< "dt=2026-11-22/country=DE", escaped as Hive does
  PartitionValues values;
  std::shared_ptr<arrow::RecordBatch> rows;  ///< without the partition columns
};

/// May a column of this type name directories?
bool CanPartitionBy(const arrow::DataType& type);

/// Whether PartitionBatch can name the directories of all rows; its errors.
Status CheckPartitionable(const arrow::RecordBatch& batch,
                          const std::vector<std::string>& partition_by);

/// Cut `batch` by its columns `partition_by`. Rows of one partition keep their order;
/// partitions come in order of their first row. Memory is shared where the rows of a
/// partition lie side by side. InvalidInput: the empty string, which Hive takes for null;
/// the name that Hive gives to null; more than 255 bytes as a directory's name.
Result<std::vector<PartitionRows>> PartitionBatch(
    const arrow::RecordBatch& batch, const std::vector<std::string>& partition_by);

}  // namespace howdah
