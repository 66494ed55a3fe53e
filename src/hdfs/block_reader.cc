#include "hdfs/block_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "hdfs/checksum.h"
#include "hdfs/datanode_connection.h"

namespace howdah::hdfs {
namespace {

iovec Part(std::span<std::byte> bytes) {
  return {.iov_base = bytes.data(), .iov_len = bytes.size()};
}

}  // namespace

BlockReader::BlockReader(Socket socket, uint64_t offset, uint64_t length)
    : socket_(std::move(socket)), position_(offset), end_(offset + length) {}

Result<std::unique_ptr<BlockReader>> BlockReader::Open(Socket socket,
                                                       std::string_view client_name,
                                                       const LocatedBlock& block,
                                                       uint64_t offset, uint64_t length) {
  std::unique_ptr<BlockReader> reader(new BlockReader(std::move(socket), offset, length));
  reader->block_id_ = block.block.block_id;
  Socket& connection = reader->socket_;
  HOWDAH_RETURN_IF_ERROR(SendRequest(
      connection,
      EncodeReadBlock(block.block, block.token, client_name, offset, length)));
  const std::string doing =
      fmt::format("reading block {} from {}", block.block.block_id, connection.peer());
  HOWDAH_ASSIGN_OR_RETURN(const BlockOpResponse answer, ReadSuccess(connection, doing));
  HOWDAH_RETURN_IF_ERROR(CheckFormat(connection.peer(), answer.checksum));
  reader->format_ = answer.checksum;
  reader->packet_offset_ = answer.chunk_offset;
  if (answer.chunk_offset > offset ||
      offset - answer.chunk_offset >= answer.checksum.chunk_bytes) {
    return Error(ErrorKind::kCorruption, "{}: asked for offset {}, it begins at {}",
                 doing, offset, answer.chunk_offset);
  }
  return reader;
}

Status BlockReader::Read(std::span<std::byte> out) {
  while (!out.empty()) {
    const uint64_t before = position_;
    if (const size_t spare = std::min(out.size(), spare_.size() - spare_begin_)) {
      std::memcpy(out.data(), &spare_[spare_begin_], spare);
      spare_begin_ += spare;
      position_ += spare;
    } else {
      HOWDAH_RETURN_IF_ERROR(ReadPackets(out));
    }
    out = out.subspan(static_cast<size_t>(position_ - before));
  }
  return Status::OK();
}

// What was put back comes first.
Status BlockReader::Receive(std::span<iovec> parts) {
  for (iovec& part : parts) {
    if (put_back_begin_ == put_back_.size()) break;
    const size_t taken = std::min(part.iov_len, put_back_.size() - put_back_begin_);
    if (taken == 0) continue;
    std::memcpy(part.iov_base, &put_back_[put_back_begin_], taken);
    put_back_begin_ += taken;
    part.iov_base = static_cast<std::byte*>(part.iov_base) + taken;
    part.iov_len -= taken;
  }
  return socket_.ReadExactly(parts);
}

Status BlockReader::ReadPrefix() {
  if (has_prefix_) return Status::OK();
  iovec part = Part(prefix_);
  HOWDAH_RETURN_IF_ERROR(Receive(std::span(&part, 1)));
  has_prefix_ = true;
  return Status::OK();
}

// The sizes follow from the payload's, since all chunks but the last are whole.
Result<BlockReader::Layout> BlockReader::LayoutOf(const PacketPrefix& prefix) const {
  Layout layout{.checksum_bytes = 0, .data_bytes = prefix.payload_bytes};
  if (format_.type != ChecksumType::kNull) {
    const uint32_t with_checksum = format_.chunk_bytes + 4;
    layout.checksum_bytes =
        (prefix.payload_bytes + with_checksum - 1) / with_checksum * 4;
    layout.data_bytes =
        prefix.payload_bytes - std::min(layout.checksum_bytes, prefix.payload_bytes);
  }
  if (layout.data_bytes + ChecksumBytes(format_, layout.data_bytes) !=
      prefix.payload_bytes) {
    return Error(ErrorKind::kCorruption,
                 "{} sent a packet of {} bytes, which checksums of {} each cannot make",
                 socket_.peer(), prefix.payload_bytes, format_.chunk_bytes);
  }
  return layout;
}

Status BlockReader::CheckHeader(const PacketHeader& header, const Layout& layout) const {
  if (header.data_bytes != layout.data_bytes || header.sequence != sequence_ ||
      static_cast<uint64_t>(header.offset_in_block) != packet_offset_ ||
      header.last_in_block != (layout.data_bytes == 0)) {
    return Error(ErrorKind::kCorruption,
                 "{} sent packet {} of block {} with {} bytes at {}, expected packet {} "
                 "with {} at {}",
                 socket_.peer(), header.sequence, block_id_, header.data_bytes,
                 header.offset_in_block, sequence_, layout.data_bytes, packet_offset_);
  }
  return Status::OK();
}

// How many packets like the next one surely come and fit into `room` bytes. A node sends
// packets of one size until its range ends. Should it make larger ones, which have fewer
// headers, then the data of the one that is not counted make up for those: nobody waits
// in vain. Packets too small for that come one by one.
size_t BlockReader::PacketsAhead(const Layout& layout, size_t room) const {
  constexpr uint64_t kMost = 16;
  constexpr uint64_t kSavedAtMost =  // by each: prefix, header, a checksum
      kPacketPrefixBytes + kMaxPacketHeaderBytes + sizeof(uint32_t);
  if (layout.data_bytes < kMost * kSavedAtMost) return 1;
  const uint64_t surely = (end_ - position_) / layout.data_bytes;
  const uint64_t count = std::min<uint64_t>(room / layout.data_bytes, surely);
  return static_cast<size_t>(std::clamp<uint64_t>(count, 2, kMost + 1) - 1);
}

// At least one packet. Those that fit go into `out`, as many as there are by one call: a
// call costs more than the bytes of a packet. One that does not fit goes into `spare_`.
Status BlockReader::ReadPackets(std::span<std::byte> out) {
  HOWDAH_RETURN_IF_ERROR(ReadPrefix());
  has_prefix_ = false;
  HOWDAH_ASSIGN_OR_RETURN(const PacketPrefix prefix,
                          DecodePacketPrefix(socket_.peer(), prefix_));
  HOWDAH_ASSIGN_OR_RETURN(const Layout layout, LayoutOf(prefix));
  spare_.clear();
  spare_begin_ = 0;
  const bool fits = position_ == packet_offset_ && layout.data_bytes <= out.size();
  if (!fits) {
    spare_.resize(layout.data_bytes);
    out = spare_;
  }
  packets_.resize(fits ? PacketsAhead(layout, out.size()) : 1);
  HOWDAH_RETURN_IF_ERROR(ReceivePackets(prefix, layout, out));
  for (size_t i = 0; i < packets_.size(); ++i) {
    if (i > 0 && packets_[i - 1].next_prefix != prefix_) {
      PutBack(i);
      return Status::OK();
    }
    HOWDAH_RETURN_IF_ERROR(TakePacket(packets_[i], layout));
    if (fits) position_ += layout.data_bytes;
  }
  if (!fits) {
    spare_begin_ = static_cast<size_t>(position_ + layout.data_bytes - packet_offset_);
  }
  // After a packet with data there is always another one.
  has_prefix_ = layout.data_bytes > 0;
  prefix_ = packets_.back().next_prefix;
  return Status::OK();
}

// Fill `packets_`, taken to be all like the first one, whose prefix is there.
Status BlockReader::ReceivePackets(const PacketPrefix& prefix, const Layout& layout,
                                   std::span<std::byte> data) {
  const size_t count = packets_.size();
  headers_.resize(count * prefix.header_bytes);
  checksums_.resize(count * layout.checksum_bytes);
  parts_.clear();
  for (size_t i = 0; i < count; ++i) {
    Packet& packet = packets_[i];
    packet.header =
        std::span(headers_).subspan(i * prefix.header_bytes).first(prefix.header_bytes);
    packet.checksums = std::span(checksums_)
                           .subspan(i * layout.checksum_bytes)
                           .first(layout.checksum_bytes);
    packet.data = data.subspan(i * layout.data_bytes).first(layout.data_bytes);
    parts_.push_back(Part(packet.header));
    parts_.push_back(Part(packet.checksums));
    parts_.push_back(Part(packet.data));
    if (layout.data_bytes > 0) parts_.push_back(Part(packet.next_prefix));
  }
  return Receive(parts_);
}

// The packets from the i-th on are of other sizes, so that their bytes lie in the wrong
// places: they will be received again.
void BlockReader::PutBack(size_t i) {
  std::vector<std::byte> bytes;
  const auto add = [&](std::span<const std::byte> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
  };
  add(packets_[i - 1].next_prefix);
  for (; i < packets_.size(); ++i) {
    add(packets_[i].header);
    add(packets_[i].checksums);
    add(packets_[i].data);
    add(packets_[i].next_prefix);
  }
  bytes.insert(bytes.end(), put_back_.begin() + static_cast<ptrdiff_t>(put_back_begin_),
               put_back_.end());
  put_back_ = std::move(bytes);
  put_back_begin_ = 0;
}

// A packet that is there must be the next one, with bytes that match their checksums.
Status BlockReader::TakePacket(const Packet& packet, const Layout& layout) {
  HOWDAH_ASSIGN_OR_RETURN(
      const PacketHeader header,
      DecodePacketHeader(
          socket_.peer(),
          {reinterpret_cast<const char*>(packet.header.data()), packet.header.size()}));
  HOWDAH_RETURN_IF_ERROR(CheckHeader(header, layout));
  if (const auto bad = FirstBadChunk(format_, packet.data, packet.checksums)) {
    checksum_failed_ = true;
    return Error(ErrorKind::kCorruption,
                 "the replica of block {} on {} does not match its checksum at offset {}",
                 block_id_, socket_.peer(),
                 packet_offset_ + *bad * uint64_t{format_.chunk_bytes});
  }
  ++sequence_;
  packet_offset_ += layout.data_bytes;
  if (layout.data_bytes > 0 && packet_offset_ > position_) return Status::OK();
  return Error(ErrorKind::kCorruption,
               "the replica of block {} on {} ends at {}, expected at least {} bytes",
               block_id_, socket_.peer(), packet_offset_, end_);
}

std::optional<Socket> BlockReader::Finish() {
  // Only the empty last packet may be left.
  std::array<std::byte, kMaxPacketHeaderBytes> header_bytes{};
  if (!ReadPrefix().ok()) return std::nullopt;
  const auto prefix = DecodePacketPrefix(socket_.peer(), prefix_);
  if (!prefix.ok() || prefix->payload_bytes != 0) return std::nullopt;
  const auto header_span = std::span(header_bytes).first(prefix->header_bytes);
  iovec part = Part(header_span);
  if (!Receive(std::span(&part, 1)).ok()) return std::nullopt;
  if (put_back_begin_ < put_back_.size()) return std::nullopt;
  const auto header = DecodePacketHeader(
      socket_.peer(),
      {reinterpret_cast<const char*>(header_span.data()), header_span.size()});
  if (!header.ok() || !header->last_in_block) return std::nullopt;
  const TransferStatus status = format_.type == ChecksumType::kNull
                                    ? TransferStatus::kSuccess
                                    : TransferStatus::kChecksumOk;
  if (!SendRequest(socket_, EncodeReadStatus(status)).ok()) return std::nullopt;
  socket_.set_keep_waiting(nullptr);
  return std::move(socket_);
}

}  // namespace howdah::hdfs
