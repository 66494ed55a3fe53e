#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "hdfs/transfer_status.h"

namespace howdah::hdfs {

/// What stands before the checksums and the data of a packet. On the wire: 4 bytes with
/// the length of itself, checksums and data; 2 bytes with the length of the message; the
/// message, whose fields have fixed widths. Source: PacketHeader.java.
struct PacketHeader {
  int64_t offset_in_block = 0;  ///< of the first data byte
  int64_t sequence = 0;
  uint32_t data_bytes = 0;
  bool last_in_block = false;  ///< carries no data
  bool sync_block = false;     ///< write to disk before the ack
};

inline constexpr int64_t kHeartbeatSequence = -1;
/// The two length fields.
inline constexpr size_t kPacketPrefixBytes = 6;
/// Of a packet's prefix and header. Java makes it 33 bytes with a field that it never
/// sends here.
inline constexpr size_t kMaxPacketHeaderBytes = 64;
/// Source: PacketReceiver.java, MAX_PACKET_SIZE.
inline constexpr uint32_t kMaxPacketBytes = 16u << 20;

/// Write prefix and header of a packet, so that they *end* where `room` ends.
/// \return where they begin in `room`.
size_t EncodePacketHeader(const PacketHeader& header, uint32_t checksum_bytes,
                          std::span<std::byte, kMaxPacketHeaderBytes> room);

struct PacketPrefix {
  uint32_t payload_bytes = 0;  ///< checksums and data
  uint32_t header_bytes = 0;
};
/// Corruption: lengths that no packet has.
Result<PacketPrefix> DecodePacketPrefix(
    std::string_view peer, std::span<const std::byte, kPacketPrefixBytes> bytes);
/// Corruption.
Result<PacketHeader> DecodePacketHeader(std::string_view peer, std::string_view bytes);

/// What one node of the pipeline says of a packet. Source: PipelineAck.java.
struct PipelineReply {
  TransferStatus status = TransferStatus::kSuccess;
  bool congested = false;
};

/// PipelineAckProto.
struct PipelineAck {
  int64_t sequence = 0;
  std::vector<PipelineReply> replies;  ///< in the pipeline's order; may end early
};
/// Corruption.
Result<PipelineAck> DecodePipelineAck(std::string_view peer, std::string_view bytes);

}  // namespace howdah::hdfs
