#include "hdfs/out_packet.h"

#include <algorithm>
#include <cstring>

#include "hdfs/checksum.h"

namespace howdah::hdfs {

uint32_t ChunksPerPacket(const ChecksumFormat& format, uint32_t packet_bytes) {
  constexpr uint32_t kJavaHeaderBytes = 33;  // PacketHeader.java, PKT_MAX_HEADER_LEN
  packet_bytes = std::clamp(packet_bytes, kJavaHeaderBytes, kMaxPacketBytes);
  const uint32_t body = packet_bytes - kJavaHeaderBytes;
  return std::max(body / (format.chunk_bytes + 4), 1U);
}

OutPacket::OutPacket(const ChecksumFormat& format, uint32_t chunks)
    : format_(format),
      capacity_(size_t{chunks} * format.chunk_bytes),
      data_begin_(kMaxPacketHeaderBytes + size_t{chunks} * 4),
      memory_(std::make_unique_for_overwrite<std::byte[]>(data_begin_ + capacity_)) {}

void OutPacket::Begin(uint64_t offset) {
  offset_ = offset;
  size_ = 0;
}

size_t OutPacket::Append(std::span<const std::byte> bytes) {
  const size_t taken = std::min(bytes.size(), room());
  if (taken > 0) std::memcpy(space().data(), bytes.data(), taken);
  Grow(taken);
  return taken;
}

std::span<const std::byte> OutPacket::checksums() const {
  const size_t bytes = ChecksumBytes(format_, size_);
  return {&memory_[data_begin_ - bytes], bytes};
}

void OutPacket::Seal(int64_t sequence, Kind kind, bool sync) {
  sequence_ = sequence;
  kind_ = kind;
  // The checksums end where the data begins, the header ends where they begin.
  const size_t checksum_bytes = ChecksumBytes(format_, size_);
  std::byte* checksums_begin = &memory_[data_begin_ - checksum_bytes];
  ChecksumChunks(format_, data(), {checksums_begin, checksum_bytes});
  const PacketHeader header{.offset_in_block = static_cast<int64_t>(offset_),
                            .sequence = sequence,
                            .data_bytes = static_cast<uint32_t>(size_),
                            .last_in_block = kind == Kind::kLastInBlock,
                            .sync_block = sync};
  const std::span<std::byte, kMaxPacketHeaderBytes> room(
      checksums_begin - kMaxPacketHeaderBytes, kMaxPacketHeaderBytes);
  wire_begin_ = data_begin_ - checksum_bytes - kMaxPacketHeaderBytes +
                EncodePacketHeader(header, static_cast<uint32_t>(checksum_bytes), room);
}

}  // namespace howdah::hdfs
