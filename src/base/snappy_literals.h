#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace howdah {

/// Snappy's format without compression: bytes that would not become fewer anyway, at the
/// cost of a copy. Literals are of 64 KiB, the largest that Snappy's own compressor
/// makes. Source: snappy's format_description.txt.
inline constexpr int64_t kMostLiteral = int64_t{1} << 16;
inline constexpr int64_t kLiteralTagBytes = 3;

/// What stands before a literal of `bytes`, 1 to kMostLiteral, in kLiteralTagBytes.
inline void PutLiteralTag(int64_t bytes, std::byte* out) {
  constexpr auto kLengthInTwoBytes = static_cast<std::byte>(61 << 2);
  out[0] = kLengthInTwoBytes;
  out[1] = static_cast<std::byte>((bytes - 1) & 0xff);
  out[2] = static_cast<std::byte>((bytes - 1) >> 8);
}

}  // namespace howdah
