#pragma once

#include <string>
#include <string_view>

#include "cli/fs/volume.h"

namespace howdah::cli {

/// OK if each letter after '%' is one of Hadoop's: a A b F g n o r u x X y Y %.
/// InvalidInput. Source: Stat.java.
Status CheckStatFormat(std::string_view format);

/// `format`, which CheckStatFormat has passed, filled with what the entry is.
std::string StatText(std::string_view format, const Entry& entry);

}  // namespace howdah::cli
