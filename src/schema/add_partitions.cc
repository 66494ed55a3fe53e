#include "schema/add_partitions.h"

#include <arrow/type.h>

#include <algorithm>

namespace howdah {
namespace {

bool IsWholeNumber(const std::string& text) {
  const size_t sign = text.starts_with('-') ? 1 : 0;
  return text.size() > sign && text.find_first_not_of("0123456789", sign) == text.npos;
}

/// A value as `dialect` writes it in a partition's specification.
Result<std::string> Literal(const arrow::Field& field,
                            const std::optional<std::string>& value, SqlDialect dialect) {
  if (!value) return "NULL";
  const arrow::DataType& type = *field.type();
  const std::string quoted = QuotedText(*value, dialect);
  if (type.id() == arrow::Type::DATE32) return "DATE " + quoted;
  const bool is_text = arrow::is_base_binary_like(type.id());
  if (is_text) return quoted;
  const bool is_bool = type.id() == arrow::Type::BOOL;
  if (is_bool ? *value == "true" || *value == "false" : IsWholeNumber(*value)) {
    return *value;
  }
  return Error(ErrorKind::kCorruption,
               "the ledger has a partition whose column '{}' is {}, which is no {}",
               field.name(), quoted, type.ToString());
}

bool HasNull(const TablePartition& partition) {
  return std::count(partition.values.begin(), partition.values.end(), std::nullopt) > 0;
}

Result<std::string> AddOne(const TableDescription& table, const TablePartition& partition,
                           SqlDialect dialect) {
  std::string values;
  for (size_t i = 0; i < table.partitions.size(); ++i) {
    const arrow::Field& field = *table.partitions[i];
    HOWDAH_ASSIGN_OR_RETURN(const std::string value,
                            Literal(field, partition.values[i], dialect));
    values += fmt::format("{}{} = {}", values.empty() ? "" : ", ",
                          QuotedText(field.name(), dialect, NameQuote(dialect)), value);
  }
  return fmt::format("ALTER TABLE {} ADD IF NOT EXISTS PARTITION ({}) LOCATION {};\n",
                     QuotedName(table.name, dialect), values,
                     QuotedText(partition.location, dialect));
}

}  // namespace

Result<std::string> AddPartitions(const TableDescription& table,
                                  const std::vector<TablePartition>& partitions,
                                  SqlDialect dialect) {
  if (table.partitions.empty()) {
    return std::string("-- The dataset is not partitioned: there is nothing to do.\n");
  }
  if (dialect == SqlDialect::kDuckDb) {
    return std::string(
        "-- DuckDB finds the directories whenever the view is read: there is nothing to "
        "do.\n");
  }
  if (dialect == SqlDialect::kTrino) return SyncPartitions(table.name);
  std::string text;
  bool look_at_all = false;
  for (const TablePartition& partition : partitions) {
    if (partition.values.size() != table.partitions.size()) {
      return Error(ErrorKind::kCorruption,
                   "the ledger has a partition of {} columns, '{}', but the dataset is "
                   "partitioned by {}",
                   partition.values.size(), partition.location, table.partitions.size());
    }
    if (dialect == SqlDialect::kHive && HasNull(partition)) {
      look_at_all = true;  // Hive refuses the name that stands for null in a statement
      continue;
    }
    HOWDAH_ASSIGN_OR_RETURN(const std::string one, AddOne(table, partition, dialect));
    text += one;
  }
  if (!look_at_all) return text;
  return text + fmt::format("MSCK REPAIR TABLE {};\n", QuotedName(table.name, dialect));
}

std::string SyncPartitions(const std::string& table) {
  const size_t dot = table.rfind('.');
  const std::string schema = dot == std::string::npos ? "default" : table.substr(0, dot);
  return fmt::format("CALL system.sync_partition_metadata({}, {}, 'FULL');\n",
                     QuotedText(schema, SqlDialect::kTrino),
                     QuotedText(table.substr(dot + 1), SqlDialect::kTrino));
}

}  // namespace howdah
