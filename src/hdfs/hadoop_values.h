#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace howdah::hdfs {

/// Values of Hadoop's configuration, as Configuration.java reads them; spaces around them
/// do not matter. InvalidInput quotes the value and says what was expected.

/// "12", "-1", "0x1f".
Result<int64_t> ParseHadoopInt(std::string_view text);
/// "128m", "1G", "4096": k, m, g, t, p, e are powers of 1024 (StringUtils.java,
/// TraditionalBinaryPrefix).
Result<int64_t> ParseHadoopSize(std::string_view text);
/// "30s", "5m", "250ms", "2h", "1d", "10us", "10ns"; a bare number counts `unit`s.
Result<std::chrono::milliseconds> ParseHadoopDuration(std::string_view text,
                                                      std::chrono::milliseconds unit);
/// "true" or "false", in any case.
Result<bool> ParseHadoopBool(std::string_view text);
/// "022", "u=rwx,g=rx,o=": what is *not* given to new files (UmaskParser.java).
Result<uint32_t> ParseHadoopUmask(std::string_view text);
/// "a, b,c" -> three names; empty ones fall away.
std::vector<std::string> SplitHadoopList(std::string_view text);

}  // namespace howdah::hdfs
