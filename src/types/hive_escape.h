#pragma once

#include <string>
#include <string_view>

namespace howdah {

/// `text` as Hive writes partition values in paths: control characters and "#%'*/:=?\{[]^
/// and DEL become %XX, all else stays. Source: Hive FileUtils.escapePathName.
std::string HiveEscape(std::string_view text);

/// The inverse; a '%' not followed by two hex digits stays as it is, as in Hive.
std::string HiveUnescape(std::string_view text);

}  // namespace howdah
