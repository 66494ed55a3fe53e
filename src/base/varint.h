#pragma once

#include <cstdint>
#include <string>

namespace howdah {

/// `value` in groups of seven bits, the lowest first, as Thrift's, Parquet's and Snappy's
/// lengths are written.
inline void AppendVarint(uint64_t value, std::string* out) {
  constexpr uint64_t kMore = 0x80;
  for (; value >= kMore; value >>= 7) out->push_back(static_cast<char>(value | kMore));
  out->push_back(static_cast<char>(value));
}

}  // namespace howdah
