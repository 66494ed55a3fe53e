#include "write/partitioner.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include <algorithm>
#include <unordered_map>

#include "types/hive_escape.h"

namespace howdah {
namespace {

constexpr size_t kMostNameBytes = 255;  // of a name in a directory: HDFS, ext4, xfs

using Rows = std::vector<int64_t>;

/// The directory of one level for a value as text. InvalidInput: a clause about the
/// value.
Result<std::string> LevelName(const std::string& column,
                              const std::optional<std::string>& value) {
  if (value && (value->empty() || *value == kHiveNull)) {
    return Error(ErrorKind::kInvalidInput,
                 "the text '{}' cannot name a directory, because Hive reads it as null; "
                 "replace it, or leave the column out of output.partition_by",
                 *value);
  }
  std::string name = column + "=" + (value ? HiveEscape(*value) : kHiveNull);
  if (name.size() > kMostNameBytes) {
    return Error(ErrorKind::kInvalidInput,
                 "its value makes a directory's name of {} bytes, the most is {}: '{}…'",
                 name.size(), kMostNameBytes, name.substr(0, 60));
  }
  return name;
}

/// Which of the distinct values each row has, and a row that has it.
struct Distinct {
  std::vector<uint32_t> of_row;
  Rows example;
};

Distinct FindDistinct(const arrow::Array& array) {
  Distinct distinct;
  std::unordered_map<std::string_view, uint32_t> seen;
  std::vector<std::string> bytes_of_bools = {"0", "1"};
  std::optional<uint32_t> null_id;
  const auto next = [&](int64_t row) {
    distinct.example.push_back(row);
    return static_cast<uint32_t>(distinct.example.size() - 1);
  };
  const int width = array.type_id() == arrow::Type::BOOL ? 0 : array.type()->byte_width();
  const auto bytes = [&](int64_t row) -> std::string_view {
    if (array.type_id() == arrow::Type::STRING) {
      return static_cast<const arrow::StringArray&>(array).GetView(row);
    }
    if (array.type_id() == arrow::Type::LARGE_STRING) {
      return static_cast<const arrow::LargeStringArray&>(array).GetView(row);
    }
    if (array.type_id() == arrow::Type::BOOL) {
      return bytes_of_bools[static_cast<const arrow::BooleanArray&>(array).Value(row)];
    }
    const auto* values = reinterpret_cast<const char*>(array.data()->buffers[1]->data());
    return {values + (array.offset() + row) * width, static_cast<size_t>(width)};
  };
  for (int64_t row = 0; row < array.length(); ++row) {
    if (array.IsNull(row)) {
      if (!null_id) null_id = next(row);
      distinct.of_row.push_back(*null_id);
      continue;
    }
    const auto [found, is_new] = seen.try_emplace(bytes(row), 0);
    if (is_new) found->second = next(row);
    distinct.of_row.push_back(found->second);
  }
  return distinct;
}

/// One level of directories: its name, or why there is none, and its value, as text, for
/// each distinct value.
struct Level {
  Distinct distinct;
  std::vector<Result<std::string>> names;
  std::vector<std::optional<std::string>> values;
};

Result<Level> NameLevel(const arrow::RecordBatch& batch, const std::string& name) {
  const std::shared_ptr<arrow::Array> column = batch.GetColumnByName(name);
  Level level{.distinct = FindDistinct(*column)};
  for (const int64_t row : level.distinct.example) {
    HOWDAH_ASSIGN_OR_RETURN(const auto scalar, column->GetScalar(row));
    std::optional<std::string>& value = level.values.emplace_back();
    if (scalar->is_valid) value = scalar->ToString();
    level.names.push_back(LevelName(name, value));
  }
  return level;
}

}  // namespace

bool CanPartitionBy(const arrow::DataType& type) {
  return arrow::is_integer(type.id()) || type.id() == arrow::Type::BOOL ||
         type.id() == arrow::Type::DATE32 || type.id() == arrow::Type::STRING ||
         type.id() == arrow::Type::LARGE_STRING;
}

Result<std::vector<UnpartitionableRow>> FindUnpartitionable(
    const arrow::RecordBatch& batch, const std::vector<std::string>& partition_by) {
  std::map<int64_t, UnpartitionableRow> found;
  for (const std::string& name : partition_by) {
    HOWDAH_ASSIGN_OR_RETURN(const Level level, NameLevel(batch, name));
    for (int64_t row = 0; row < batch.num_rows(); ++row) {
      const auto& directory =
          level.names[level.distinct.of_row[static_cast<size_t>(row)]];
      if (directory.ok()) continue;
      found.try_emplace(row, UnpartitionableRow{row, name, directory.status().message()});
    }
  }
  std::vector<UnpartitionableRow> rows;
  for (auto& [row, fault] : found) rows.push_back(std::move(fault));
  return rows;
}

Result<PartitionedBatch> PartitionBatch(const arrow::RecordBatch& batch,
                                        const std::vector<std::string>& partition_by) {
  PartitionedBatch result{.rows = batch.Slice(0)};
  std::shared_ptr<arrow::RecordBatch>& rest = result.rows;
  // Refined column by column.
  std::vector<uint32_t>& group_of = result.partition_of;
  group_of.assign(static_cast<size_t>(batch.num_rows()), 0);
  std::vector<Partition>& groups = result.partitions;
  groups.resize(1);
  for (const std::string& name : partition_by) {
    HOWDAH_ASSIGN_OR_RETURN(const Level level, NameLevel(batch, name));
    HOWDAH_ASSIGN_OR_RETURN(rest,
                            rest->RemoveColumn(rest->schema()->GetFieldIndex(name)));
    std::map<std::pair<uint32_t, uint32_t>, uint32_t> refined;
    std::vector<Partition> finer;
    for (size_t row = 0; row < group_of.size(); ++row) {
      const uint32_t id = level.distinct.of_row[row];
      const auto [found, is_new] =
          refined.try_emplace({group_of[row], id}, static_cast<uint32_t>(finer.size()));
      if (is_new) {
        const Result<std::string>& directory = level.names[id];
        if (!directory.ok()) {
          return WithContext(directory.status(),
                             fmt::format("partition column '{}', row {}", name, row));
        }
        Partition group = groups[group_of[row]];
        group.directory += (group.directory.empty() ? "" : "/") + *directory;
        group.values.emplace_back(name, level.values[id]);
        finer.push_back(std::move(group));
      }
      group_of[row] = found->second;
    }
    groups = std::move(finer);
  }
  return result;
}

}  // namespace howdah
