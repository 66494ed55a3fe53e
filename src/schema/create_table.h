#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"

namespace arrow {
class DataType;
class Field;
}  // namespace arrow

namespace howdah {

enum class SqlDialect { kHive, kSpark, kTrino, kImpala, kDuckDb };

/// "hive", "spark", "trino", "impala", "duckdb".
const std::vector<std::string>& SqlDialectNames();
Result<SqlDialect> ParseSqlDialect(const std::string& name);

/// A dataset as a table of others: its directory and how its files are written.
struct TableDescription {
  std::string name;        ///< "churn" or "db.churn"
  std::string location;    ///< the dataset's URL
  std::string format;      ///< "parquet", "avro", "csv", "json"
  std::string extension;   ///< of the data files: ".parquet"
  bool hive_text = false;  ///< csv: in the dialect hive-text
  bool header = true;      ///< csv: names in each file's first record
  std::string null;        ///< csv: what stands for null, without quotes
  std::vector<std::shared_ptr<arrow::Field>>
      columns;  ///< of the files; "doc" in metadata
  std::vector<std::shared_ptr<arrow::Field>>
      partitions;  ///< of the directories, in order
};

/// `type` as `dialect` writes it. SchemaMismatch: a clause; the dialect has no such type.
Result<std::string> SqlType(const arrow::DataType& type, SqlDialect dialect);

/// `name` in the quotes of `dialect`; parts of a dotted name each in their own.
std::string QuotedName(const std::string& name, SqlDialect dialect);
/// What `dialect` quotes names with: ` or ".
char NameQuote(SqlDialect dialect);
/// `text` in quotes: as a string literal, or with NameQuote as one name.
std::string QuotedText(const std::string& text, SqlDialect dialect, char quote = '\'');

/// The statement, ending in ";\n", that makes the dataset a table of `dialect`, external
/// where there is the choice; of DuckDB a view. Where files are partitioned, Hive, Trino
/// and Impala get a second statement, which finds the directories.
/// Hive and Trino read all columns of RFC 4180 files as text and have them so.
/// SchemaMismatch: a column's type or the format that the dialect does not have (names
/// it).
/// Source: Hive LanguageManual DDL; Spark SQL reference; Trino Hive connector; Impala SQL
/// reference; DuckDB documentation, "Reading files".
Result<std::string> CreateTable(const TableDescription& table, SqlDialect dialect);

}  // namespace howdah
