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

struct Partition {
  std::string directory;  ///< "dt=2026-11-22/country=DE", escaped as Hive does
  PartitionValues values;
};

/// A batch whose rows know the directory that they belong into.
struct PartitionedBatch {
  std::shared_ptr<arrow::RecordBatch> rows;  ///< without the partition columns
  std::vector<uint32_t> partition_of;        ///< each row's, an index of `partitions`
  std::vector<Partition> partitions;         ///< each once, in order of their first row
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

/// Find the partition of each row of `batch` by its columns `partition_by`. The rows
/// share the batch's memory. InvalidInput (names column and row): the empty string, which
/// Hive takes for null; the name that Hive gives to null; more than 255 bytes as a
/// directory's name.
Result<PartitionedBatch> PartitionBatch(const arrow::RecordBatch& batch,
                                        const std::vector<std::string>& partition_by);

}  // namespace howdah
