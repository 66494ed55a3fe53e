#include "pipeline/stored_as.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/type.h>
#include <arrow/util/base64.h>

#include <nlohmann/json.hpp>

#include "write/task_writer.h"

namespace howdah {
namespace {

using Json = nlohmann::json;

Result<std::shared_ptr<arrow::Schema>> ParseSchema(const std::string& base64) {
  HOWDAH_ASSIGN_OR_RETURN(const std::string bytes, arrow::util::base64_decode(base64));
  arrow::io::BufferReader reader(arrow::Buffer::FromString(bytes));
  arrow::ipc::DictionaryMemo dictionaries;
  return arrow::ipc::ReadSchema(&reader, &dictionaries);
}

/// Throws what nlohmann::json throws.
Result<StoredAs> Read(const Json& output) {
  StoredAs stored;
  stored.encoder.compression = output.at("compression");
  stored.encoder.key_columns = output.at("keys").get<std::vector<std::string>>();
  if (!output.contains("text")) return stored;
  const Json& text = output.at("text");
  TextOptions& options = stored.encoder.text;
  options.dialect = text.at("dialect");
  options.header = text.at("header");
  options.null = text.at("null");
  options.nan_as_string = text.at("nan_as_string");
  if (text.contains("decimals")) options.decimals = text.at("decimals").get<int>();
  HOWDAH_ASSIGN_OR_RETURN(const auto schema, ParseSchema(text.at("schema")));
  HOWDAH_ASSIGN_OR_RETURN(
      stored.schema,
      FileSchema(*schema, output.at("partition_by").get<std::vector<std::string>>()));
  return stored;
}

}  // namespace

Result<std::string> PlanOfText(const TextOptions& text, const arrow::Schema& schema) {
  HOWDAH_ASSIGN_OR_RETURN(const auto serialized, arrow::ipc::SerializeSchema(schema));
  Json plan = {{"dialect", text.dialect},
               {"header", text.header},
               {"null", text.null},
               {"nan_as_string", text.nan_as_string},
               {"schema", arrow::util::base64_encode(std::string_view(*serialized))}};
  if (text.decimals) plan["decimals"] = *text.decimals;
  return plan.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<StoredAs> StoredAsOf(const JobPlan& plan) {
  Result<StoredAs> stored = Status::Invalid("nothing is read");
  try {
    stored = Read(Json::parse(plan.semantic).at("output"));
  } catch (const nlohmann::json::exception& error) {
    stored = Status::Invalid(error.what());
  }
  if (stored.ok()) return stored;
  return Translate(stored.status(), ErrorKind::kCorruption,
                   "the ledger's plan does not say how files are written");
}

}  // namespace howdah
