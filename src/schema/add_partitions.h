#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "schema/create_table.h"

namespace howdah {

/// One directory of a partitioned dataset.
struct TablePartition {
  std::string location;                            ///< its URL
  std::vector<std::optional<std::string>> values;  ///< of each level; nullopt: null
};

/// Statements, each ending in ";\n", that make a table which CreateTable made see
/// `partitions`, whether or not it saw some of them before. Hive, Spark, Impala: one for
/// each partition, and in Hive, whose statement has no null, one that looks at all
/// directories where a partition needs it. Trino: one that looks at all directories.
/// A comment where nothing is to be done: DuckDB, and a dataset without partitions.
/// \param partitions  with a value for each of table.partitions.
/// Corruption: a value that is not of its column's type.
/// Source: Hive LanguageManual DDL, "Add Partitions"; Spark SQL reference, "ALTER TABLE";
/// Impala SQL reference, "ALTER TABLE"; Trino Hive connector, "Procedures".
Result<std::string> AddPartitions(const TableDescription& table,
                                  const std::vector<TablePartition>& partitions,
                                  SqlDialect dialect);

/// Trino's statement that compares a table's partitions with its directories.
std::string SyncPartitions(const std::string& table);

}  // namespace howdah
