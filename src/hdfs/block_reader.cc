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
    size_t got = std::min(out.size(), spare_.size() - spare_begin_);
    if (got > 0) {
      std::memcpy(out.data(), &spare_[spare_begin_], got);
      spare_begin_ += got;
    } else {
      HOWDAH_RETURN_IF_ERROR(ReadPacket(out, &got));
    }
    position_ += got;
    out = out.subspan(got);
  }
  return Status::OK();
}

Status BlockReader::ReadPrefix() {
  if (has_prefix_) return Status::OK();
  HOWDAH_RETURN_IF_ERROR(socket_.ReadExactly(std::span<std::byte>(prefix_)));
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

// One packet: into `out` if it fits there, and `*direct` says how much that was; into
// `spare_` otherwise.
Status BlockReader::ReadPacket(std::span<std::byte> out, size_t* direct) {
  HOWDAH_RETURN_IF_ERROR(ReadPrefix());
  has_prefix_ = false;
  HOWDAH_ASSIGN_OR_RETURN(const PacketPrefix prefix,
                          DecodePacketPrefix(socket_.peer(), prefix_));
  HOWDAH_ASSIGN_OR_RETURN(const Layout layout, LayoutOf(prefix));
  spare_.clear();
  spare_begin_ = 0;
  const bool fits = position_ == packet_offset_ && layout.data_bytes <= out.size();
  if (!fits) spare_.resize(layout.data_bytes);
  const std::span<std::byte> data =
      fits ? out.first(layout.data_bytes) : std::span(spare_);

  // After a packet with data there is always another one.
  const bool another = layout.data_bytes > 0;
  std::array<std::byte, kMaxPacketHeaderBytes> header_bytes{};
  const auto header_span = std::span(header_bytes).first(prefix.header_bytes);
  checksums_.resize(layout.checksum_bytes);
  std::array<iovec, 4> parts{
      Part(header_span), Part(checksums_), Part(data),
      Part(std::span(prefix_).first(another ? prefix_.size() : 0))};
  HOWDAH_RETURN_IF_ERROR(socket_.ReadExactly(parts));
  has_prefix_ = another;

  HOWDAH_ASSIGN_OR_RETURN(
      const PacketHeader header,
      DecodePacketHeader(
          socket_.peer(),
          {reinterpret_cast<const char*>(header_span.data()), header_span.size()}));
  HOWDAH_RETURN_IF_ERROR(CheckHeader(header, layout));
  if (const auto bad = FirstBadChunk(format_, data, checksums_)) {
    checksum_failed_ = true;
    return Error(ErrorKind::kCorruption,
                 "the replica of block {} on {} does not match its checksum at offset {}",
                 block_id_, socket_.peer(),
                 packet_offset_ + *bad * uint64_t{format_.chunk_bytes});
  }
  ++sequence_;
  packet_offset_ += layout.data_bytes;
  if (layout.data_bytes == 0 || packet_offset_ <= position_) {
    return Error(ErrorKind::kCorruption,
                 "the replica of block {} on {} ends at {}, expected at least {} bytes",
                 block_id_, socket_.peer(), packet_offset_, end_);
  }
  *direct = fits ? layout.data_bytes : 0;
  if (!fits) {
    spare_begin_ = static_cast<size_t>(position_ + layout.data_bytes - packet_offset_);
  }
  return Status::OK();
}

std::optional<Socket> BlockReader::Finish() {
  // Only the empty last packet may be left.
  std::array<std::byte, kMaxPacketHeaderBytes> header_bytes{};
  if (!ReadPrefix().ok()) return std::nullopt;
  const auto prefix = DecodePacketPrefix(socket_.peer(), prefix_);
  if (!prefix.ok() || prefix->payload_bytes != 0) return std::nullopt;
  const auto header_span = std::span(header_bytes).first(prefix->header_bytes);
  if (!socket_.ReadExactly(header_span).ok()) return std::nullopt;
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
