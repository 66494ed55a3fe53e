#include "pipeline/json_text.h"

#include <arrow/type.h>

#include "base/version.h"
#include "pipeline/summary.h"

namespace howdah {

nlohmann::ordered_json SummaryHead(const std::string& verb) {
  return {{"summary_version", kSummaryVersion}, {"howdah", kVersion}, {"verb", verb}};
}

nlohmann::ordered_json ColumnsJson(const arrow::Schema& schema) {
  auto columns = nlohmann::ordered_json::array();
  for (const auto& field : schema.fields()) {
    columns.push_back({{"name", field->name()},
                       {"type", field->type()->ToString()},
                       {"nullable", field->nullable()}});
  }
  return columns;
}

std::string DumpJson(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string CanonicalJson(const std::string& text) {
  return nlohmann::json::parse(text, nullptr, false).dump();
}

}  // namespace howdah
