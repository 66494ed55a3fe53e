#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "hdfs/packet.h"
#include "hdfs/protocol.h"
#include "hdfs/socket.h"
#include "hdfs/transfer_messages.h"

namespace howdah::hdfs {

/// A range of a block as one DataNode streams it, every chunk checked against its CRC
/// before a byte of it is given out. Thread-confined. After an error it is of no more
/// use. Source: BlockReaderRemote.java, PacketReceiver.java.
class BlockReader {
 public:
  /// Ask for `length` bytes from `offset` in the block, over a connection to a node that
  /// has it. Transient: the connection; the node's failure. PermissionDenied: the token.
  /// Corruption: what the node says cannot be.
  static Result<std::unique_ptr<BlockReader>> Open(Socket socket,
                                                   std::string_view client_name,
                                                   const LocatedBlock& block,
                                                   uint64_t offset, uint64_t length);

  /// Fill `out`, at most remaining() bytes. Whole packets go from the kernel straight to
  /// `out`. After an error the bytes before position() are right and in place.
  /// Transient; Corruption: a checksum fails, the replica ends early, or the packets make
  /// no sense.
  Status Read(std::span<std::byte> out);

  uint64_t position() const { return position_; }  ///< of the next byte, in the block
  uint64_t remaining() const { return end_ - position_; }
  /// The error was one of checksums: the replica is bad.
  bool checksum_failed() const { return checksum_failed_; }

  /// Once remaining() is 0: tell the node that all is well. The connection is free for
  /// another request then; none if it is not.
  std::optional<Socket> Finish();

 private:
  BlockReader(Socket socket, uint64_t offset, uint64_t length);

  // How a packet's payload is divided.
  struct Layout {
    uint32_t checksum_bytes = 0;
    uint32_t data_bytes = 0;
  };

  using Prefix = std::array<std::byte, kPacketPrefixBytes>;

  // Where a packet lies, and what comes behind it.
  struct Packet {
    std::span<std::byte> header, checksums, data;
    Prefix next_prefix{};
  };

  Status ReadPackets(std::span<std::byte> out);
  size_t PacketsAhead(const Layout& layout, size_t room) const;
  Status ReceivePackets(const PacketPrefix& prefix, const Layout& layout,
                        std::span<std::byte> data);
  Status TakePacket(const Packet& packet, const Layout& layout);
  void PutBack(size_t i);
  Status Receive(std::span<iovec> parts);
  Result<Layout> LayoutOf(const PacketPrefix& prefix) const;
  Status CheckHeader(const PacketHeader& header, const Layout& layout) const;
  Status ReadPrefix();

  Socket socket_;
  uint64_t block_id_ = 0;
  uint64_t position_;
  uint64_t end_;
  ChecksumFormat format_;
  uint64_t packet_offset_ = 0;  // where the next packet begins in the block
  int64_t sequence_ = 0;        // of the next packet
  bool checksum_failed_ = false;

  bool has_prefix_ = false;  // of the next packet: it comes with the packet before
  Prefix prefix_{};
  // Packets that are received together:
  std::vector<Packet> packets_;
  std::vector<std::byte> headers_, checksums_;
  std::vector<iovec> parts_;
  // Received already, and to be received again; from `put_back_begin_` on.
  std::vector<std::byte> put_back_;
  size_t put_back_begin_ = 0;
  // Data of a packet that did not fit the caller's memory; from `spare_begin_` on not
  // given out yet.
  std::vector<std::byte> spare_;
  size_t spare_begin_ = 0;
};

}  // namespace howdah::hdfs
