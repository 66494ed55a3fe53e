#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/status.h"
#include "hdfs/transfer_messages.h"

namespace howdah::hdfs {

/// The CRC of `data`, as HDFS has it for a chunk. `type` is not kNull.
uint32_t Checksum(ChecksumType type, std::span<const std::byte> data);

/// The CRC of each chunk of `data`, 4 bytes big-endian each, into `out`, which has room
/// for exactly as many as there are chunks.
void ChecksumChunks(const ChecksumFormat& format, std::span<const std::byte> data,
                    std::span<std::byte> out);

/// Bytes of checksums that `data_bytes` bytes, from the beginning of a chunk, have.
uint64_t ChecksumBytes(const ChecksumFormat& format, uint64_t data_bytes);

/// The first chunk of `data` whose CRC is not the one in `checksums`; none: all are
/// right. The sizes fit each other.
std::optional<size_t> FirstBadChunk(const ChecksumFormat& format,
                                    std::span<const std::byte> data,
                                    std::span<const std::byte> checksums);

/// OK if `format` is one that this client can check. Corruption: a chunk size that cannot
/// be. Unsupported: another type. `peer` sent it.
Status CheckFormat(std::string_view peer, const ChecksumFormat& format);

/// CRCs of adjacent ranges, put together without their bytes: the CRC of A and B is the
/// CRC of A times x^(8·|B|), modulo the polynomial, plus the CRC of B. Source:
/// COMPOSITE_CRC of Hadoop, CrcUtil.java; zlib's crc32_combine.
class CrcJoiner {
 public:
  /// For second parts of `second_bytes` bytes.
  CrcJoiner(ChecksumType type, uint64_t second_bytes);
  uint32_t Join(uint32_t first, uint32_t second) const {
    return table_[0][first & 0xFF] ^ table_[1][first >> 8 & 0xFF] ^
           table_[2][first >> 16 & 0xFF] ^ table_[3][first >> 24] ^ second;
  }

 private:
  std::array<std::array<uint32_t, 256>, 4> table_;
};

/// The CRC of the whole, once.
uint32_t JoinCrcs(ChecksumType type, uint32_t first, uint32_t second,
                  uint64_t second_bytes);

}  // namespace howdah::hdfs
