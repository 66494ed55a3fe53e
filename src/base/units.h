#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace howdah {

/// "64MiB", "1.5GiB", "10kB", "4096" -> bytes. InvalidInput names the units there are.
Result<int64_t> ParseByteSize(std::string_view text);

/// "30s", "5m", "250ms", "7d", "1h" -> duration. InvalidInput names the units there are.
Result<std::chrono::milliseconds> ParseDuration(std::string_view text);

/// 1536 -> "1.5 KiB"; for people, not for parsing.
std::string FormatByteSize(int64_t bytes);

/// 1234567 -> "1,234,567".
std::string FormatCount(int64_t count);

}  // namespace howdah
