#pragma once

#include <string>
#include <string_view>

namespace howdah {

/// What stands for null in a partition's path. Source: Hive's default of
/// hive.exec.default.partition.name.
inline constexpr char kHiveNull[] = "__HIVE_DEFAULT_PARTITION__";

/// `text` as Hive writes partition values in paths: control characters and "#%'*/:=?\{[]^
/// and DEL become %XX, all else stays. Source: Hive FileUtils.escapePathName.
std::string HiveEscape(std::string_view text);

/// The inverse; a '%' not followed by two hex digits stays as it is, as in Hive.
std::string HiveUnescape(std::string_view text);

}  // namespace howdah
