#include "hdfs/packet.h"

#include <fmt/format.h>

#include "hdfs/message_reader.h"

namespace howdah::hdfs {
namespace {

// Tags of PacketHeaderProto: (field << 3) | wire type.
constexpr auto kOffsetTag = std::byte{1 << 3 | 1};
constexpr auto kSequenceTag = std::byte{2 << 3 | 1};
constexpr auto kLastTag = std::byte{3 << 3 | 0};
constexpr auto kDataBytesTag = std::byte{4 << 3 | 5};
constexpr auto kSyncTag = std::byte{5 << 3 | 0};
constexpr size_t kMessageBytes = 9 + 9 + 2 + 5;
constexpr size_t kSyncFieldBytes = 2;

template <typename Integer>
void PutLittleEndian(Integer value, std::byte** at) {
  for (size_t i = 0; i < sizeof value; ++i) {
    *(*at)++ = static_cast<std::byte>(value >> (8 * i) & 0xFF);
  }
}

template <typename Integer>
void PutBigEndian(Integer value, std::byte** at) {
  for (size_t i = sizeof value; i-- > 0;) {
    *(*at)++ = static_cast<std::byte>(value >> (8 * i) & 0xFF);
  }
}

uint32_t BigEndian(std::span<const std::byte> bytes) {
  uint32_t value = 0;
  for (const std::byte byte : bytes) value = value << 8 | static_cast<uint32_t>(byte);
  return value;
}

// Source: PipelineAck.java, StatusFormat: 4 bits of status, 1 reserved, 2 of ECN.
PipelineReply ReplyFromFlag(uint32_t flag) {
  constexpr uint32_t kCongested = 3;
  return {.status = static_cast<TransferStatus>(flag & 0xF),
          .congested = (flag >> 5 & 3) == kCongested};
}

}  // namespace

size_t EncodePacketHeader(const PacketHeader& header, uint32_t checksum_bytes,
                          std::span<std::byte, kMaxPacketHeaderBytes> room) {
  const size_t message_bytes = kMessageBytes + (header.sync_block ? kSyncFieldBytes : 0);
  const size_t begin = room.size() - kPacketPrefixBytes - message_bytes;
  std::byte* at = &room[begin];
  PutBigEndian(static_cast<uint32_t>(4 + checksum_bytes + header.data_bytes), &at);
  PutBigEndian(static_cast<uint16_t>(message_bytes), &at);
  *at++ = kOffsetTag;
  PutLittleEndian(static_cast<uint64_t>(header.offset_in_block), &at);
  *at++ = kSequenceTag;
  PutLittleEndian(static_cast<uint64_t>(header.sequence), &at);
  *at++ = kLastTag;
  *at++ = static_cast<std::byte>(header.last_in_block);
  *at++ = kDataBytesTag;
  PutLittleEndian(header.data_bytes, &at);
  if (header.sync_block) {
    *at++ = kSyncTag;
    *at++ = std::byte{1};
  }
  return begin;
}

Result<PacketPrefix> DecodePacketPrefix(
    std::string_view peer, std::span<const std::byte, kPacketPrefixBytes> bytes) {
  const uint32_t length = BigEndian(bytes.first(4));
  const uint32_t header_bytes = BigEndian(bytes.subspan(4));
  if (length < 4 || length > kMaxPacketBytes || header_bytes == 0 ||
      header_bytes > kMaxPacketHeaderBytes) {
    return Error(ErrorKind::kCorruption,
                 "{} sent a packet that cannot be: {} bytes with a header of {}", peer,
                 length, header_bytes);
  }
  return PacketPrefix{.payload_bytes = length - 4, .header_bytes = header_bytes};
}

Result<PacketHeader> DecodePacketHeader(std::string_view peer, std::string_view bytes) {
  const std::string what = fmt::format("a packet of {}", peer);
  return Decode(what, "PacketHeaderProto", bytes, [](MessageReader reader) {
    PacketHeader header;
    while (reader.Next()) {
      switch (reader.field()) {
        case 1:
          header.offset_in_block = reader.Fixed64();
          break;
        case 2:
          header.sequence = reader.Fixed64();
          break;
        case 3:
          header.last_in_block = reader.Bool();
          break;
        case 4: {
          const int32_t length = reader.Fixed32();
          if (length < 0) throw BadMessage{fmt::format("it has {} data bytes", length)};
          header.data_bytes = static_cast<uint32_t>(length);
          break;
        }
        case 5:
          header.sync_block = reader.Bool();
          break;
      }
    }
    reader.Require({1, 2, 3, 4});
    if (header.offset_in_block < 0) {
      throw BadMessage{fmt::format("its offset is {}", header.offset_in_block)};
    }
    return header;
  });
}

Result<PipelineAck> DecodePipelineAck(std::string_view peer, std::string_view bytes) {
  const std::string what = fmt::format("an acknowledgement of {}", peer);
  return Decode(what, "PipelineAckProto", bytes, [](MessageReader reader) {
    PipelineAck ack;
    std::vector<int32_t> statuses;
    std::vector<uint32_t> flags;
    while (reader.Next()) {
      switch (reader.field()) {
        case 1:
          ack.sequence = reader.SignedInt64();
          break;
        case 2:
          reader.AppendEnums(&statuses);
          break;
        case 4:
          reader.AppendUint32s(&flags);
          break;
      }
    }
    reader.Require({1});
    // A flag says all that a status does; old DataNodes send none.
    if (flags.size() == statuses.size()) {
      for (const uint32_t flag : flags) ack.replies.push_back(ReplyFromFlag(flag));
    } else if (flags.empty()) {
      for (const int32_t status : statuses) {
        ack.replies.push_back({.status = static_cast<TransferStatus>(status)});
      }
    } else {
      throw BadMessage{
          fmt::format("it has {} replies and {} flags", statuses.size(), flags.size())};
    }
    return ack;
  });
}

}  // namespace howdah::hdfs
