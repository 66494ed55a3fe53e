#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_io.h"
#include "base/status.h"

namespace howdah {

/// Avro's object container files: a header of magic, metadata and a marker; then blocks
/// of count, byte size, stored bytes, and the marker again. Source: the Avro 1.11
/// specification, "Object Container Files".

inline constexpr std::string_view kAvroMagic{"Obj\x01", 4};
inline constexpr std::string_view kAvroSchemaKey = "avro.schema";
inline constexpr std::string_view kAvroCodecKey = "avro.codec";
/// Keys that begin so are Avro's own.
inline constexpr std::string_view kAvroReservedKeys = "avro.";

using SyncMarker = std::array<std::byte, 16>;

struct ContainerHeader {
  std::string schema;  ///< JSON
  std::string codec;   ///< "": not said, which means "null"
  std::vector<std::pair<std::string, std::string>> metadata;  ///< the other keys
  SyncMarker sync{};
  int64_t bytes = 0;  ///< of the header: where the first block begins
};

/// The header's bytes; `header.bytes` is not looked at.
std::string SerializeHeader(const ContainerHeader& header);

/// Read the header of `file`. Corruption: no magic, or metadata that is not whole or of
/// more than 64 MiB; no schema (names the file).
Result<ContainerHeader> ReadContainerHeader(ByteSource& file);

/// Where a block lies.
struct BlockPlace {
  int64_t rows = 0;
  int64_t offset = 0;  ///< in the file, of the stored bytes
  int64_t bytes = 0;   ///< of them; the marker follows
};

/// Bytes that the head of a block takes at most.
inline constexpr int64_t kMostBlockHead = 20;

/// The head of a block at `offset` of a file of `file_bytes`, whose next bytes are
/// `head`: as many as there are up to kMostBlockHead.
/// Corruption: not numbers, negative ones, a block or a marker that ends behind the file;
/// the message is a clause.
Result<BlockPlace> ParseBlockHead(std::span<const std::byte> head, int64_t offset,
                                  int64_t file_bytes);

/// Goes from block to block of a file by their heads and markers, without reading what
/// they hold. Thread-confined.
class BlockWalk {
 public:
  /// `file` must outlive it.
  BlockWalk(ByteSource& file, const ContainerHeader& header);
  /// The next block, or false at the end of the file. Corruption: a head that cannot be,
  /// or another marker (names file, block and offset).
  Result<bool> Next(BlockPlace* block);

 private:
  ByteSource& file_;
  const SyncMarker sync_;
  int64_t offset_;
  int64_t blocks_ = 0;
  std::array<std::byte, kMostBlockHead> head_;  // of the next block
  size_t head_bytes_ = 0;
};

}  // namespace howdah
