#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "hdfs/packet.h"
#include "hdfs/transfer_messages.h"

namespace howdah::hdfs {

/// Chunks in a packet of `packet_bytes` bytes, header and checksums included; at least
/// one, and no more than any DataNode takes. Source: DFSOutputStream.java,
/// computePacketChunkSize.
uint32_t ChunksPerPacket(const ChecksumFormat& format, uint32_t packet_bytes);

/// One packet of a file that is written, its memory laid out as it goes over the wire:
/// header, checksums, data. First it is filled, then sealed, then sent, as often as the
/// pipeline needs; then it is filled anew. Thread-compatible: one owner at a time.
class OutPacket {
 public:
  OutPacket(const ChecksumFormat& format, uint32_t chunks);

  /// Empty it; it will stand at `offset` of its block, the beginning of a chunk.
  void Begin(uint64_t offset);
  /// Take as many bytes as there is room for. \return how many.
  size_t Append(std::span<const std::byte> bytes);
  /// Where the next bytes go, for who puts them there; Grow says how many were put.
  std::span<std::byte> space() { return {&memory_[data_begin_ + size_], room()}; }
  void Grow(size_t bytes) { size_ += bytes; }
  size_t room() const { return capacity_ - size_; }

  enum class Kind {
    kData,         ///< may be empty: then only its sync flag counts
    kLastInBlock,  ///< has no data
  };
  /// Compute the checksums and write the header: it is ready to be sent.
  void Seal(int64_t sequence, Kind kind, bool sync);

  std::span<const std::byte> data() const { return {&memory_[data_begin_], size_}; }
  /// After Seal: the CRCs, 4 bytes big-endian each.
  std::span<const std::byte> checksums() const;
  /// After Seal: all that goes over the wire.
  std::span<std::byte> wire() {
    return {&memory_[wire_begin_], data_begin_ + size_ - wire_begin_};
  }

  uint64_t offset() const { return offset_; }
  uint64_t end() const { return offset_ + size_; }  ///< in the block
  int64_t sequence() const { return sequence_; }
  bool last_in_block() const { return kind_ == Kind::kLastInBlock; }

  std::chrono::steady_clock::time_point sent_at;  ///< set by who sends it

 private:
  const ChecksumFormat format_;
  const size_t capacity_;
  const size_t data_begin_;
  std::unique_ptr<std::byte[]> memory_;
  uint64_t offset_ = 0;
  size_t size_ = 0;
  size_t wire_begin_ = 0;
  int64_t sequence_ = 0;
  Kind kind_ = Kind::kData;
};

}  // namespace howdah::hdfs
