#include <arrow/type.h>

#include <algorithm>

#include "base/text.h"
#include "schema/create_table.h"

namespace howdah {
namespace {

using arrow::Type;

/// What types are called, in the order of SqlDialect; nullptr: there is none.
struct TypeRow {
  Type::type id;
  const char* names[5];
};

constexpr TypeRow kTypes[] = {
    {Type::BOOL, {"BOOLEAN", "BOOLEAN", "BOOLEAN", "BOOLEAN", "BOOLEAN"}},
    {Type::INT8, {"TINYINT", "TINYINT", "TINYINT", "TINYINT", "TINYINT"}},
    {Type::INT16, {"SMALLINT", "SMALLINT", "SMALLINT", "SMALLINT", "SMALLINT"}},
    {Type::UINT8, {"SMALLINT", "SMALLINT", "SMALLINT", "SMALLINT", "UTINYINT"}},
    {Type::UINT16, {"INT", "INT", "INTEGER", "INT", "USMALLINT"}},
    {Type::INT32, {"INT", "INT", "INTEGER", "INT", "INTEGER"}},
    {Type::INT64, {"BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT"}},
    {Type::FLOAT, {"FLOAT", "FLOAT", "REAL", "FLOAT", "FLOAT"}},
    {Type::DOUBLE, {"DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE", "DOUBLE"}},
    {Type::STRING, {"STRING", "STRING", "VARCHAR", "STRING", "VARCHAR"}},
    {Type::LARGE_STRING, {"STRING", "STRING", "VARCHAR", "STRING", "VARCHAR"}},
    {Type::BINARY, {"BINARY", "BINARY", "VARBINARY", "BINARY", "BLOB"}},
    {Type::LARGE_BINARY, {"BINARY", "BINARY", "VARBINARY", "BINARY", "BLOB"}},
    {Type::FIXED_SIZE_BINARY, {"BINARY", "BINARY", "VARBINARY", "BINARY", "BLOB"}},
    {Type::DATE32, {"DATE", "DATE", "DATE", "DATE", "DATE"}},
    {Type::TIME32, {nullptr, nullptr, nullptr, nullptr, "TIME"}},
    {Type::TIME64, {nullptr, nullptr, nullptr, nullptr, "TIME"}},
};

/// The signs around what nested types hold.
struct Nesting {
  const char *array_open, *array_close, *map_open, *map_close, *struct_open,
      *struct_close, *between;
};

Nesting NestingOf(SqlDialect dialect) {
  switch (dialect) {
    case SqlDialect::kTrino:
      return {"ARRAY(", ")", "MAP(", ")", "ROW(", ")", " "};
    case SqlDialect::kDuckDb:
      return {"", "[]", "MAP(", ")", "STRUCT(", ")", " "};
    default:
      return {"ARRAY<", ">", "MAP<", ">", "STRUCT<", ">", ":"};
  }
}

std::string Timestamp(const arrow::TimestampType& type, SqlDialect dialect) {
  const bool instant = !type.timezone().empty();
  if (dialect == SqlDialect::kSpark) return instant ? "TIMESTAMP" : "TIMESTAMP_NTZ";
  if (dialect == SqlDialect::kDuckDb) return instant ? "TIMESTAMPTZ" : "TIMESTAMP";
  return "TIMESTAMP";
}

Result<std::string> StructText(const arrow::DataType& type, SqlDialect dialect) {
  const Nesting signs = NestingOf(dialect);
  std::string text = signs.struct_open;
  for (int i = 0; i < type.num_fields(); ++i) {
    const arrow::Field& field = *type.field(i);
    HOWDAH_ASSIGN_OR_RETURN(const std::string inner, SqlType(*field.type(), dialect));
    text += fmt::format("{}{}{}{}", i == 0 ? "" : ", ",
                        // One name, also where it has a dot.
                        QuotedText(field.name(), dialect, NameQuote(dialect)),
                        signs.between, inner);
  }
  return text + signs.struct_close;
}

}  // namespace

const std::vector<std::string>& SqlDialectNames() {
  static const auto* names =
      new std::vector<std::string>{"hive", "spark", "trino", "impala", "duckdb"};
  return *names;
}

Result<SqlDialect> ParseSqlDialect(const std::string& name) {
  const std::vector<std::string>& names = SqlDialectNames();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<SqlDialect>(found - names.begin());
  return Error(ErrorKind::kInvalidInput, "there is no dialect '{}'{} (there is {})", name,
               DidYouMean(name, names), QuotedList(names));
}

char NameQuote(SqlDialect dialect) {
  return dialect == SqlDialect::kTrino || dialect == SqlDialect::kDuckDb ? '"' : '`';
}

Result<std::string> SqlType(const arrow::DataType& type, SqlDialect dialect) {
  const Nesting signs = NestingOf(dialect);
  switch (type.id()) {
    case Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
      return fmt::format("DECIMAL({}, {})", decimal.precision(), decimal.scale());
    }
    case Type::TIMESTAMP:
      return Timestamp(static_cast<const arrow::TimestampType&>(type), dialect);
    case Type::LIST:
    case Type::LARGE_LIST:
    case Type::FIXED_SIZE_LIST: {
      HOWDAH_ASSIGN_OR_RETURN(const std::string element,
                              SqlType(*type.field(0)->type(), dialect));
      return signs.array_open + element + signs.array_close;
    }
    case Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      HOWDAH_ASSIGN_OR_RETURN(const std::string key, SqlType(*map.key_type(), dialect));
      HOWDAH_ASSIGN_OR_RETURN(const std::string item, SqlType(*map.item_type(), dialect));
      return fmt::format("{}{}, {}{}", signs.map_open, key, item, signs.map_close);
    }
    case Type::STRUCT:
      return StructText(type, dialect);
    default:
      break;
  }
  for (const TypeRow& row : kTypes) {
    const char* name = row.names[static_cast<size_t>(dialect)];
    if (row.id == type.id() && name != nullptr) return std::string(name);
  }
  return Error(ErrorKind::kSchemaMismatch, "{} has no type for {}",
               SqlDialectNames()[static_cast<size_t>(dialect)], type.ToString());
}

std::string QuotedText(const std::string& text, SqlDialect dialect, char quote) {
  const bool doubles = quote != '\'' || NameQuote(dialect) == '"';
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote) quoted += doubles ? quote : '\\';
    if (c == '\\' && !doubles) quoted += '\\';
    quoted += c;
  }
  return quoted + quote;
}

std::string QuotedName(const std::string& name, SqlDialect dialect) {
  std::string quoted;
  size_t start = 0;
  while (start <= name.size()) {
    const size_t dot = std::min(name.find('.', start), name.size());
    quoted += (start == 0 ? "" : ".") +
              QuotedText(name.substr(start, dot - start), dialect, NameQuote(dialect));
    start = dot + 1;
  }
  return quoted;
}

}  // namespace howdah
