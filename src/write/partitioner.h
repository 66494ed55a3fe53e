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

/// A row of a batch whose value in one column can name no directory.
struct UnpartitionableRow {
  int64_t row = 0;  ///< in the batch, from 0
  std::string column;
  std::string message;  ///< a clause about the value: says neither row nor column
};

/// The rows for which PartitionBatch refuses `batch`, ascending, each once with the first
/// of its columns that is at fault.
Result<std::vector<UnpartitionableRow>> FindUnpartitionable(
    const arrow::RecordBatch& batch, const std::vector<std::string>& partition_by);

/// Cut `batch` by its columns `partition_by`. Rows of one partition keep their order;
/// partitions come in order of their first row. Memory is shared where the rows of a
/// partition lie side by side. InvalidInput (names column and row): the empty string,
/// which Hive takes for null; the name that Hive gives to null; more than 255 bytes as a
/// directory's name.
Result<std::vector<PartitionRows>> PartitionBatch(
    const arrow::RecordBatch& batch, const std::vector<std::string>& partition_by);

}  // namespace howdah
