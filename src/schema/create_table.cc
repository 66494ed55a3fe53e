#include "schema/create_table.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <utility>

#include "base/text.h"
#include "schema/add_partitions.h"

namespace howdah {
namespace {

using FieldPtr = std::shared_ptr<arrow::Field>;

std::string DialectName(SqlDialect dialect) {
  return SqlDialectNames()[static_cast<size_t>(dialect)];
}

std::string Doc(const arrow::Field& field) {
  return field.HasMetadata() ? field.metadata()->Get("doc").ValueOr("") : "";
}

bool IsPlainCsv(const TableDescription& table) {
  return table.format == "csv" && !table.hive_text;
}

/// What the dialect cannot read of a format, as a clause; "" if it can.
std::string Unreadable(const TableDescription& table, SqlDialect dialect) {
  if (dialect == SqlDialect::kImpala && IsPlainCsv(table)) {
    return "Impala's text tables know no quotes; land csv with output.csv.dialect = "
           "\"hive-text\"";
  }
  if (dialect == SqlDialect::kDuckDb && table.hive_text) {
    return "DuckDB does not read hive-text; land csv as rfc4180";
  }
  if (dialect == SqlDialect::kDuckDb && table.format == "avro" &&
      !table.partitions.empty()) {
    return "DuckDB takes no columns from the directories of avro files";
  }
  return "";
}

/// Writes one statement. Thread-confined.
class Statement {
 public:
  Statement(const TableDescription& table, SqlDialect dialect)
      : table_(table), dialect_(dialect) {}

  Result<std::string> Create() {
    switch (dialect_) {
      case SqlDialect::kSpark:
        // ROW FORMAT, which hive-text needs, is for tables of Hive's kind.
        return table_.hive_text ? CreateHive() : CreateSpark();
      case SqlDialect::kTrino:
        return CreateTrino();
      case SqlDialect::kDuckDb:
        return CreateView();
      default:
        return CreateHive();
    }
  }

 private:
  std::string Name(const std::string& name) const { return QuotedName(name, dialect_); }
  std::string Text(const std::string& text) const { return QuotedText(text, dialect_); }

  Result<std::string> TypeOf(const arrow::Field& field) const {
    const bool nested = arrow::is_nested(field.type()->id());
    if (nested && dialect_ == SqlDialect::kImpala && table_.format != "parquet") {
      return Error(ErrorKind::kSchemaMismatch,
                   "column '{}': Impala reads {} from parquet only, not from {}",
                   field.name(), field.type()->ToString(), table_.format);
    }
    Result<std::string> type = SqlType(*field.type(), dialect_);
    if (!type.ok()) {
      return WithContext(type.status(), fmt::format("column '{}'", field.name()));
    }
    // The readers of CSV in Hive (OpenCSVSerde) and Trino give text, whatever is
    // declared.
    const bool text = IsPlainCsv(table_) &&
                      (dialect_ == SqlDialect::kHive || dialect_ == SqlDialect::kTrino);
    if (text || IsBase64Text(field)) {
      return SqlType(*arrow::utf8(), dialect_);
    }
    return type;
  }

  /// Whether the dialect would take the base64 of the files for the bytes themselves:
  /// Spark in CSV, DuckDB in all text. Spark's column is then that text, DuckDB's view
  /// decodes it.
  bool IsBase64Text(const arrow::Field& field) const {
    if (!arrow::is_binary(field.type()->id()) || table_.hive_text) return false;
    if (dialect_ == SqlDialect::kSpark) return table_.format == "csv";
    return dialect_ == SqlDialect::kDuckDb &&
           (table_.format == "csv" || table_.format == "json");
  }

  /// "  `a` INT COMMENT '…',\n  `b` …"
  Result<std::string> Columns(const std::vector<FieldPtr>& fields) const {
    std::string text;
    for (const FieldPtr& field : fields) {
      HOWDAH_ASSIGN_OR_RETURN(const std::string type, TypeOf(*field));
      const std::string doc = Doc(*field);
      text += fmt::format("{}  {} {}{}", text.empty() ? "" : ",\n",
                          QuotedText(field->name(), dialect_, NameQuote(dialect_)), type,
                          doc.empty() ? "" : " COMMENT " + Text(doc));
    }
    return text;
  }

  std::vector<FieldPtr> AllFields() const {
    std::vector<FieldPtr> fields = table_.columns;
    fields.insert(fields.end(), table_.partitions.begin(), table_.partitions.end());
    return fields;
  }

  /// Hive and Impala.
  Result<std::string> CreateHive() const {
    HOWDAH_ASSIGN_OR_RETURN(const std::string columns, Columns(table_.columns));
    std::string text =
        fmt::format("CREATE EXTERNAL TABLE {} (\n{}\n)\n", Name(table_.name), columns);
    if (!table_.partitions.empty()) {
      HOWDAH_ASSIGN_OR_RETURN(const std::string partitions, Columns(table_.partitions));
      text += fmt::format("PARTITIONED BY (\n{}\n)\n", partitions);
    }
    text += HiveFormat() + "LOCATION " + Text(table_.location);
    if (IsPlainCsv(table_) && table_.header) {
      text += "\nTBLPROPERTIES ('skip.header.line.count' = '1')";
    }
    text += ";\n";
    if (table_.partitions.empty()) return text;
    const bool impala = dialect_ == SqlDialect::kImpala;
    return text + (impala ? fmt::format("ALTER TABLE {} RECOVER PARTITIONS;\n",
                                        Name(table_.name))
                          : fmt::format("MSCK REPAIR TABLE {};\n", Name(table_.name)));
  }

  std::string HiveFormat() const {
    const bool hive = dialect_ == SqlDialect::kHive;
    if (table_.hive_text) {
      return "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001' ESCAPED BY '\\\\'" +
             std::string(hive || dialect_ == SqlDialect::kSpark
                             ? "\n  COLLECTION ITEMS TERMINATED BY '\\002' MAP KEYS "
                               "TERMINATED BY '\\003'"
                             : "") +
             "\nSTORED AS TEXTFILE\n";
    }
    if (table_.format == "csv") {
      // A character that text does not have is the one way to say that \ escapes nothing.
      return "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'\n"
             "WITH SERDEPROPERTIES ('separatorChar' = ',', 'quoteChar' = '\"', "
             "'escapeChar' = '\\001')\nSTORED AS TEXTFILE\n";
    }
    if (table_.format == "json") {
      return hive ? "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.JsonSerDe'\n"
                    "STORED AS TEXTFILE\n"
                  : "STORED AS JSONFILE\n";
    }
    return table_.format == "avro" ? "STORED AS AVRO\n" : "STORED AS PARQUET\n";
  }

  Result<std::string> CreateSpark() const {
    HOWDAH_ASSIGN_OR_RETURN(const std::string columns, Columns(AllFields()));
    std::string text = fmt::format("CREATE TABLE {} (\n{}\n)\nUSING {}\n",
                                   Name(table_.name), columns, table_.format);
    if (table_.format == "csv") {
      // Spark takes empty text in quotes for null too, unless null is told to be another
      // text; one that no cell has does that.
      text += fmt::format(
          "OPTIONS (header '{}', quote '\"', escape '\"', multiLine 'true', "
          "lineSep '\\n', nullValue {}, emptyValue '', "
          "positiveInf 'Infinity', negativeInf '-Infinity')\n",
          table_.header, table_.null.empty() ? "'\\u0001null'" : Text(table_.null));
    }
    text += PartitionNames("PARTITIONED BY (", ")\n");
    text += "LOCATION " + Text(table_.location) + ";\n";
    if (table_.partitions.empty()) return text;
    return text + fmt::format("MSCK REPAIR TABLE {};\n", Name(table_.name));
  }

  std::string PartitionNames(const char* open, const char* close) const {
    if (table_.partitions.empty()) return "";
    std::string names;
    for (const FieldPtr& field : table_.partitions) {
      names += (names.empty() ? "" : ", ") + Name(field->name());
    }
    return open + names + close;
  }

  Result<std::string> CreateTrino() const {
    HOWDAH_ASSIGN_OR_RETURN(const std::string columns, Columns(AllFields()));
    const std::string format = table_.hive_text ? "TEXTFILE" : table_.format;
    std::string text = fmt::format(
        "CREATE TABLE {} (\n{}\n)\nWITH (\n  external_location = {},\n  format = '{}'",
        Name(table_.name), columns, Text(table_.location), Upper(format));
    if (IsPlainCsv(table_)) {
      text += ",\n  csv_escape = U&'\\0001'";
      if (table_.header) text += ",\n  skip_header_line_count = 1";
    }
    if (table_.hive_text) {
      text +=
          ",\n  textfile_field_separator = U&'\\0001',\n"
          "  textfile_field_separator_escape = '\\'";
    }
    if (!table_.partitions.empty()) {
      std::string names;
      for (const FieldPtr& field : table_.partitions) {
        names += (names.empty() ? "" : ", ") + Text(field->name());
      }
      text += fmt::format(",\n  partitioned_by = ARRAY[{}]", names);
    }
    text += "\n);\n";
    if (table_.partitions.empty()) return text;
    return text + SyncPartitions(table_.name);
  }

  static std::string Upper(std::string text) {
    for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return text;
  }

  Result<std::string> CreateView() const {
    std::string names, types;
    for (const FieldPtr& field : AllFields()) {
      const std::string name = Name(field->name());
      names += names.empty() ? "" : ", ";
      names += IsBase64Text(*field) ? fmt::format("from_base64({0}) AS {0}", name) : name;
    }
    for (const FieldPtr& field : table_.columns) {
      HOWDAH_ASSIGN_OR_RETURN(const std::string type, TypeOf(*field));
      types += fmt::format("{}{}: {}", types.empty() ? "" : ", ", Name(field->name()),
                           Text(type));
    }
    std::string glob = table_.location;
    for (const FieldPtr& field : table_.partitions) glob += "/" + field->name() + "=*";
    std::string options;
    if (table_.format == "csv") {
      options = fmt::format(
          ", header = {}, delim = ',', quote = '\"', escape = '\"', nullstr = {}, "
          "allow_quoted_nulls = false, auto_detect = false, columns = {{{}}}",
          table_.header, Text(table_.null), types);
    } else if (table_.format == "json") {
      options = fmt::format(", format = 'newline_delimited', columns = {{{}}}", types);
    }
    HOWDAH_ASSIGN_OR_RETURN(const std::string partitions, PartitionOptions());
    return fmt::format("CREATE VIEW {} AS\nSELECT {}\nFROM read_{}({}{}{});\n",
                       Name(table_.name), names, table_.format,
                       Text(glob + "/*" + table_.extension), options, partitions);
  }

  Result<std::string> PartitionOptions() const {
    if (table_.partitions.empty()) {
      return std::string(table_.format == "avro" ? "" : ", hive_partitioning = false");
    }
    std::string types;
    for (const FieldPtr& field : table_.partitions) {
      HOWDAH_ASSIGN_OR_RETURN(const std::string type, TypeOf(*field));
      types +=
          fmt::format("{}{}: {}", types.empty() ? "" : ", ", Name(field->name()), type);
    }
    return fmt::format(", hive_partitioning = true, hive_types = {{{}}}", types);
  }

  const TableDescription& table_;
  const SqlDialect dialect_;
};

}  // namespace

Result<std::string> CreateTable(const TableDescription& table, SqlDialect dialect) {
  if (const std::string why = Unreadable(table, dialect); !why.empty()) {
    return Error(ErrorKind::kSchemaMismatch, "{}: {}", DialectName(dialect), why);
  }
  return Statement(table, dialect).Create();
}

}  // namespace howdah
