#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/byte_io.h"
#include "base/status.h"
#include "hdfs/client_options.h"
#include "hdfs/file_checksum.h"
#include "hdfs/file_streamer.h"
#include "hdfs/namenode.h"
#include "hdfs/pacing.h"
#include "hdfs/packet_queue.h"

namespace howdah::hdfs {

/// What DataNodes have done with bytes that they acknowledge.
enum class Durability {
  kReplicated,  ///< each node of the pipeline has them, in memory at least: Java's
                ///< default
  kOnDisk,      ///< and has written them to its disk (fsync)
};

/// A file of HDFS that is being written: CRC32C for each chunk, packets, pipelines with
/// all of Java's recovery, so that a DataNode that dies, stops, restarts or lies costs
/// time at most. Source: DFSOutputStream.java, DataStreamer.java; the pieces name theirs.
///
/// Memory: packets that are not acknowledged are kept to be sent again, at most
/// dfs.client.write.max-packets-in-flight of them and write_buffer_bytes; then Append
/// waits. The name is visible to others from Create on, with as many bytes as blocks are
/// complete. The lease must be renewed by the caller.
///
/// After Close the file's length at the NameNode and the CRC32C of its bytes at the
/// DataNodes are compared with what was appended (ClientOptions::verify): Corruption.
///
/// Thread-confined, but for Fail. The first error ends the file: nothing more is sent,
/// and all later calls return it. Kinds: Transient: no pipeline can be had any more;
/// ResourceExhausted, PermissionDenied, NotFound and others from the NameNode.
class FileWriter final : public ByteSink {
 public:
  /// Create the file at the NameNode. Its errors, and InvalidInput: a block size that is
  /// no multiple of the chunk size. The references must outlive the writer.
  static Result<std::unique_ptr<FileWriter>> Create(
      Namenode& namenode, const ClientOptions& options, const CreateRequest& request,
      Durability durability = Durability::kReplicated, Pacing& pacing = Pacing::System());
  ~FileWriter() override;  ///< as Abort

  Status Append(std::span<const std::byte> bytes) override;
  /// Append without a copy: where the next bytes shall be put, at least one, and how many
  /// were. Nothing else may be called in between.
  Result<std::span<std::byte>> Space();
  Status Fill(size_t bytes);

  /// All bytes so far are with the DataNodes, visible to readers, and their number is
  /// known to the NameNode. Java's hflush and hsync.
  Status Flush(Durability durability);

  /// Send the rest, complete the file, verify it. \return its length and CRC32C.
  Result<FileChecksum> Close();

  /// End without completing the file: its lease stays, and the caller deletes the path.
  /// May repeat. Waits for the streaming thread, seconds if it is asking stopped nodes.
  void Abort() noexcept;

  /// End the file with `reason`, from any thread: the lease was lost.
  void Fail(const Status& reason);

  const std::string& path() const { return context_.path; }
  uint64_t file_id() const { return context_.file_id; }
  /// How many bytes were appended, and their CRC32C once the file is closed.
  uint64_t length() const { return length_; }

 private:
  FileWriter(Namenode& namenode, const ClientOptions& options, Pacing& pacing,
             const CreateRequest& request, uint64_t file_id, Durability durability);

  Result<PacketPointer> NewPacket();
  Status Push(PacketPointer packet);
  Status WaitForAck();
  Status SendPacket(bool sync, bool keep_partial_chunk);
  Status EndBlock();
  void AddToChecksum(const OutPacket& packet, bool keep_partial_chunk);
  Status Finish();
  Status Complete();
  Status Verify();

  std::atomic<bool> given_up_{false};
  const WriteContext context_;
  const Durability durability_;
  PacketQueue queue_;
  FileStreamer streamer_;

  PacketPointer packet_;     // is being filled; may be null
  size_t resent_bytes_ = 0;  // of packet_, which were sent already: a partial chunk
  size_t pushed_bytes_ = 0;  // since the writer's thread sent some
  int64_t next_sequence_ = 0;
  uint64_t block_bytes_ = 0;  // in the current block, those in packet_ included
  uint64_t length_ = 0;
  uint32_t crc32c_ = 0;  // of all whole chunks that were sent, and ended blocks
  bool closed_ = false;
};

}  // namespace howdah::hdfs
