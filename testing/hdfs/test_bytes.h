#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace howdah::hdfs {

/// `count` bytes that `seed` decides, without a period that a packet could hide in.
inline std::vector<std::byte> TestBytes(size_t count, uint64_t seed = 1) {
  std::vector<std::byte> bytes(count);
  uint64_t state = seed * 0x9E3779B97F4A7C15U + 1;
  for (std::byte& byte : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<std::byte>(state >> 32);
  }
  return bytes;
}

}  // namespace howdah::hdfs
