#include "hdfs/checksum.h"

#include <fmt/format.h>
#include <isa-l/crc.h>

#include <algorithm>

#include "base/digest.h"

namespace howdah::hdfs {
namespace {

// The polynomials in reversed bit order: bit 31 is x^0.
uint32_t Polynomial(ChecksumType type) {
  return type == ChecksumType::kCrc32 ? 0xEDB88320U : 0x82F63B78U;
}

uint32_t Multiply(uint32_t polynomial, uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (uint32_t bit = uint32_t{1} << 31; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = (b & 1) != 0 ? b >> 1 ^ polynomial : b >> 1;
  }
  return product;
}

// x^(8·bytes).
uint32_t Shift(uint32_t polynomial, uint64_t bytes) {
  uint32_t result = uint32_t{1} << 31;  // x^0
  uint32_t power = uint32_t{1} << 23;   // x^8
  for (; bytes != 0; bytes >>= 1) {
    if ((bytes & 1) != 0) result = Multiply(polynomial, result, power);
    power = Multiply(polynomial, power, power);
  }
  return result;
}

void PutBigEndian(uint32_t value, std::byte* at) {
  at[0] = static_cast<std::byte>(value >> 24);
  at[1] = static_cast<std::byte>(value >> 16);
  at[2] = static_cast<std::byte>(value >> 8);
  at[3] = static_cast<std::byte>(value);
}

uint32_t BigEndian(const std::byte* at) {
  return static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 |
         static_cast<uint32_t>(at[2]) << 8 | static_cast<uint32_t>(at[3]);
}

}  // namespace

uint32_t Checksum(ChecksumType type, std::span<const std::byte> data) {
  if (type == ChecksumType::kCrc32) {
    return crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(data.data()),
                           data.size());
  }
  return Crc32c(0, data);
}

uint64_t ChecksumBytes(const ChecksumFormat& format, uint64_t data_bytes) {
  if (format.type == ChecksumType::kNull) return 0;
  return (data_bytes + format.chunk_bytes - 1) / format.chunk_bytes * 4;
}

void ChecksumChunks(const ChecksumFormat& format, std::span<const std::byte> data,
                    std::span<std::byte> out) {
  std::byte* at = out.data();
  while (!data.empty()) {
    const auto chunk = data.first(std::min<size_t>(data.size(), format.chunk_bytes));
    PutBigEndian(Checksum(format.type, chunk), at);
    data = data.subspan(chunk.size());
    at += 4;
  }
}

std::optional<size_t> FirstBadChunk(const ChecksumFormat& format,
                                    std::span<const std::byte> data,
                                    std::span<const std::byte> checksums) {
  if (format.type == ChecksumType::kNull) return std::nullopt;
  for (size_t i = 0; !data.empty(); ++i) {
    const auto chunk = data.first(std::min<size_t>(data.size(), format.chunk_bytes));
    if (Checksum(format.type, chunk) != BigEndian(&checksums[4 * i])) return i;
    data = data.subspan(chunk.size());
  }
  return std::nullopt;
}

Status CheckFormat(std::string_view peer, const ChecksumFormat& format) {
  constexpr uint32_t kMaxChunkBytes = 1 << 20;
  if (format.type != ChecksumType::kCrc32 && format.type != ChecksumType::kCrc32c &&
      format.type != ChecksumType::kNull) {
    return Error(ErrorKind::kUnsupported,
                 "{} has the block with checksums of type {}; known are CRC32 and CRC32C",
                 peer, static_cast<int32_t>(format.type));
  }
  if (format.chunk_bytes == 0 || format.chunk_bytes > kMaxChunkBytes) {
    return Error(ErrorKind::kCorruption, "{} claims one checksum for each {} bytes", peer,
                 format.chunk_bytes);
  }
  return Status::OK();
}

CrcJoiner::CrcJoiner(ChecksumType type, uint64_t second_bytes) {
  const uint32_t polynomial = Polynomial(type);
  const uint32_t shift = Shift(polynomial, second_bytes);
  for (size_t byte = 0; byte < table_.size(); ++byte) {
    for (uint32_t value = 0; value < 256; ++value) {
      table_[byte][value] = Multiply(polynomial, value << (8 * byte), shift);
    }
  }
}

uint32_t JoinCrcs(ChecksumType type, uint32_t first, uint32_t second,
                  uint64_t second_bytes) {
  const uint32_t polynomial = Polynomial(type);
  return Multiply(polynomial, first, Shift(polynomial, second_bytes)) ^ second;
}

}  // namespace howdah::hdfs
