#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace arrow {
class MemoryPool;
}  // namespace arrow

namespace howdah {

/// How the blocks of a container file are compressed: the value of `avro.codec`.
enum class AvroCodec {
  kNull,
  kDeflate,    ///< RFC 1951, without zlib's frame
  kSnappy,     ///< then the CRC-32 of the uncompressed bytes, big-endian
  kZstandard,  ///< any number of frames
};

/// "null", "deflate", "snappy", "zstandard".
std::string_view Name(AvroCodec codec);
/// By what a file's header says; "" is "null". Unsupported: one that is not known here
/// (names it).
Result<AvroCodec> AvroCodecNamed(std::string_view name);

/// The most bytes of a block, before or after compression: readers in Java count them
/// with 31 bits.
inline constexpr int64_t kMostAvroBlock = (int64_t{1} << 31) - (int64_t{1} << 24);

/// A block as it is stored, in pieces that follow each other.
struct StoredBlock {
  std::vector<std::span<const std::byte>> pieces;
  int64_t bytes = 0;  ///< of all pieces
};

/// Compresses blocks. Thread-confined.
class BlockCompressor {
 public:
  virtual ~BlockCompressor() = default;
  /// Compress `block`, of at most kMostAvroBlock bytes.
  /// \return valid until the next call, while `block` is: pieces may lie in it.
  virtual Result<StoredBlock> Compress(std::span<const std::byte> block) = 0;
};

Result<std::unique_ptr<BlockCompressor>> MakeBlockCompressor(AvroCodec codec,
                                                             arrow::MemoryPool* pool);

/// Decompresses blocks; safe on hostile bytes. Thread-confined.
class BlockDecompressor {
 public:
  virtual ~BlockDecompressor() = default;
  /// Decompress `stored`, a block as the file has it. Memory grows with what is really
  /// there, not with what the bytes claim.
  /// Corruption: bytes that are not of this codec; a CRC that does not fit; more than
  /// `most` bytes. The message is a clause, for the caller to say where.
  /// \return valid until the next call; with kNull it is `stored` itself.
  virtual Result<std::span<const std::byte>> Decompress(std::span<const std::byte> stored,
                                                        int64_t most) = 0;
};

Result<std::unique_ptr<BlockDecompressor>> MakeBlockDecompressor(AvroCodec codec,
                                                                 arrow::MemoryPool* pool);

}  // namespace howdah
