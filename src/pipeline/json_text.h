#pragma once

// For this room's .cc files only: no header that another room can include may include it.

#include <nlohmann/json.hpp>
#include <string>

namespace arrow {
class Schema;
}

namespace howdah {

/// `summary_version`, `howdah`, `verb`: how every summary begins.
nlohmann::ordered_json SummaryHead(const std::string& verb);

/// `[{"name": …, "type": …, "nullable": …}]`, types as Arrow prints them.
nlohmann::ordered_json ColumnsJson(const arrow::Schema& schema);

/// One line; bytes that are not UTF-8 (in paths) are replaced.
std::string DumpJson(const nlohmann::ordered_json& json);

/// The same JSON value with sorted keys and no spaces, as control files hold it.
std::string CanonicalJson(const std::string& text);

}  // namespace howdah
