#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "storage/file_system.h"

namespace howdah {

/// `hash` with `value` taken in: for telling states apart, not against adversaries.
uint64_t Mix(uint64_t hash, uint64_t value);
uint64_t Mix(uint64_t hash, std::string_view text);

/// A hash of all names, types and bytes below `directory`; times are left out.
uint64_t HashTree(FileSystem& fs, const std::string& directory);

/// Make everything below "/" of `from` in the empty `to`.
void CopyTree(FileSystem& from, FileSystem& to, const std::string& directory = "/");

}  // namespace howdah
