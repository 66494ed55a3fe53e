#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace howdah {

/// Avro's int and long: zig-zag, so that small negative numbers are short too, then
/// groups of seven bits, the lowest first. Source: the Avro 1.11 specification, "Binary
/// Encoding".

inline uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}

inline int64_t UnZigZag(uint64_t bits) {
  return static_cast<int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
}

/// Groups of seven bits, of the lower 56 of `bits`, each in a byte.
inline uint64_t SpreadGroups(uint64_t bits) {
  // Drawn apart by halves.
  bits = ((bits & 0x00fffffff0000000) << 4) | (bits & 0x000000000fffffff);
  bits = ((bits & 0x0fffc0000fffc000) << 2) | (bits & 0x00003fff00003fff);
  return ((bits & 0x3f803f803f803f80) << 1) | (bits & 0x007f007f007f007f);
}

/// The mark of all of `bytes` groups, eight at most, but the last: another follows.
inline uint64_t GroupMarks(int64_t bytes) {
  return 0x8080808080808080 & ((uint64_t{1} << (8 * (bytes - 1))) - 1);
}

/// Bytes that PutAvroLong may write to: the longest number's, and those behind a shorter
/// one, which the next value overwrites.
inline constexpr int64_t kAvroLongRoom = 10;

/// Write `value` to `out`, which has kAvroLongRoom bytes.
/// \return behind its last byte.
inline std::byte* PutAvroLong(int64_t value, std::byte* out) {
  uint64_t bits = ZigZag(value);
  if (bits < 0x80) {
    *out = static_cast<std::byte>(bits);
    return out + 1;
  }
  constexpr int kGroup = 7;
  if (bits >> (8 * kGroup) != 0) {  // nine or ten bytes
    for (; bits >= 0x80; bits >>= kGroup) *out++ = static_cast<std::byte>(bits | 0x80);
    *out++ = static_cast<std::byte>(bits);
    return out;
  }
  // Without a branch for each byte: lengths of keys change from row to row.
  const int bytes = (static_cast<int>(std::bit_width(bits)) + kGroup - 1) / kGroup;
  bits = SpreadGroups(bits) | GroupMarks(bytes);
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(out, &bits, sizeof bits);
  return out + bytes;
}

/// Bytes of a number that ZigZag has made `bits` of.
inline int64_t ZigZagBytes(uint64_t bits) {
  // A seventh of its bits, rounded up, without a division.
  const auto width = static_cast<unsigned>(std::bit_width(bits | 1));
  return static_cast<int64_t>((width * 9 + 64) / 64);
}
/// Bytes of `value` as a number.
inline int64_t AvroLongBytes(int64_t value) { return ZigZagBytes(ZigZag(value)); }

/// As PutAvroLong, but writes to no byte behind the number.
inline std::byte* PutAvroLongExactly(int64_t value, std::byte* out) {
  uint64_t bits = ZigZag(value);
  for (; bits >= 0x80; bits >>= 7) *out++ = static_cast<std::byte>(bits | 0x80);
  *out = static_cast<std::byte>(bits);
  return out + 1;
}

/// Read a number of [in, end) into `*value`.
/// \return behind its last byte; nullptr when it does not end there, or is of more than
/// 64 bits.
inline const std::byte* GetAvroLong(const std::byte* in, const std::byte* end,
                                    int64_t* value) {
  if (in < end && *in < std::byte{0x80}) {
    *value = UnZigZag(static_cast<uint64_t>(*in));
    return in + 1;
  }
  uint64_t bits = 0;
  for (int shift = 0; in < end && shift < 64; shift += 7) {
    const auto byte = static_cast<uint64_t>(*in++);
    if (shift == 63 && byte > 1) return nullptr;
    bits |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      *value = UnZigZag(bits);
      return in;
    }
  }
  return nullptr;
}

}  // namespace howdah
