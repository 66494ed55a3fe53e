// Spark DDL: any text is a schema or refused in one line; and the columns of a schema, as
// CREATE TABLE writes them, are the same when they are parsed again.

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz_input.h"
#include "schema/create_table.h"
#include "schema/spark_ddl.h"

namespace {

using namespace howdah;

/// What stands between the brackets of the statement CREATE TABLE `t`.
std::string Columns(const DeclaredSchema& schema) {
  TableDescription table{.name = "t", .location = "/t", .format = "parquet"};
  for (const DeclaredField& field : schema.fields) {
    table.columns.push_back(
        arrow::field(field.name, field.type, field.nullable,
                     arrow::key_value_metadata({"doc"}, {field.doc})));
  }
  const auto statement = CreateTable(table, SqlDialect::kSpark);
  if (!statement.ok()) Broken(statement.status().message());
  const std::string begin = "CREATE TABLE `t` (\n", end = "\n)\nUSING parquet\n";
  const size_t last = statement->rfind(end);
  if (!statement->starts_with(begin) || last == std::string::npos) Broken(*statement);
  return statement->substr(begin.size(), last - begin.size());
}

/// CREATE TABLE does not say what may be null: a table takes what its files have.
std::shared_ptr<arrow::DataType> WithNulls(const arrow::DataType& type) {
  const auto inner = [&](int i) { return WithNulls(*type.field(i)->type()); };
  switch (type.id()) {
    case arrow::Type::LIST:
      return arrow::list(inner(0));
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      return arrow::map(WithNulls(*map.key_type()), WithNulls(*map.item_type()));
    }
    case arrow::Type::STRUCT: {
      arrow::FieldVector fields;
      for (int i = 0; i < type.num_fields(); ++i) {
        fields.push_back(arrow::field(type.field(i)->name(), inner(i)));
      }
      return arrow::struct_(fields);
    }
    default:
      return type.GetSharedPtr();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto schema = ParseSparkDdl(text, "fuzz");
  if (!schema.ok()) {
    if (schema.status().message().find('\n') != std::string::npos) {
      Broken(schema.status().message());
    }
    return 0;
  }
  const std::string columns = Columns(*schema);
  const auto again = ParseSparkDdl(columns, "again");
  if (!again.ok()) Broken(columns + "\n" + again.status().message());
  if (again->fields.size() != schema->fields.size()) Broken(columns);
  for (size_t i = 0; i < schema->fields.size(); ++i) {
    const DeclaredField &a = schema->fields[i], &b = again->fields[i];
    if (a.name != b.name || a.doc != b.doc ||
        !WithNulls(*a.type)->Equals(*WithNulls(*b.type))) {
      Broken(columns + "\nfield " + a.name);
    }
  }
  return 0;
}
