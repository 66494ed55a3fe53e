#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "avro/block_codec.h"
#include "avro/container.h"
#include "base/byte_io.h"
#include "base/status.h"

namespace arrow {
class MemoryPool;
class ResizableBuffer;
}  // namespace arrow

namespace howdah {

/// Rows as a block of a container file has them, not yet compressed.
struct AvroBlock {
  std::unique_ptr<arrow::ResizableBuffer> buffer;  ///< nullptr: none yet
  int64_t bytes = 0;                               ///< of the rows, in `buffer`
  int64_t rows = 0;
};

/// Compresses the blocks of a file and writes them in the order in which they came. With
/// several threads as many blocks are compressed at the same time, each by a thread of
/// its own, and written by the caller's. The blocks hold the same rows; deflate's bytes
/// may differ, since ISA-L looks for matches where the block before had them.
/// Thread-confined.
class AvroBlockWriter {
 public:
  /// \param threads  one: the caller's own. A codec that does not compress has no more.
  static Result<std::unique_ptr<AvroBlockWriter>> Make(ByteSink* sink,
                                                       const SyncMarker& sync,
                                                       AvroCodec codec, int64_t threads,
                                                       arrow::MemoryPool* pool);
  /// Blocks that wait are lost.
  ~AvroBlockWriter();

  /// Write the bytes before the first block. Errors of the sink are passed on.
  Status Begin(ContainerHeader header);
  /// Take `*block`, and give another one for it, without rows, whose buffer may be used
  /// again. ResourceExhausted: a row that is too large compressed. Errors of the sink.
  /// They may be those of an earlier block. After one only destruction is allowed.
  Status Put(AvroBlock* block);
  /// Write the blocks that wait. The errors of Put.
  Status Finish();

  int64_t written() const { return written_; }            ///< bytes, of the file
  int64_t uncompressed() const { return uncompressed_; }  ///< bytes, of blocks written
  int64_t waiting() const { return waiting_; }            ///< bytes, of blocks not yet
  int64_t blocks() const { return blocks_; }              ///< written
  int64_t rows() const { return rows_; }                  ///< in them

 private:
  enum class State { kFree, kFull, kCompressed };
  /// A block on its way, and who compresses it.
  struct Lane {
    std::unique_ptr<BlockCompressor> codec;
    AvroBlock block;
    Result<StoredBlock> stored = StoredBlock();  // of the block, kCompressed
    State state = State::kFree;
    std::thread thread;  // none when there is one lane only
  };

  AvroBlockWriter(ByteSink* sink, const SyncMarker& sync) : sink_(sink), sync_(sync) {}
  static Result<StoredBlock> Compressed(Lane& lane);
  void Work(Lane& lane);
  Status WriteOut(Lane& lane);
  Status Append(std::span<const std::byte> bytes);

  ByteSink* const sink_;
  const SyncMarker sync_;
  std::vector<Lane> lanes_;  // used in turn, so that blocks stay in order
  size_t next_ = 0;
  int64_t written_ = 0, uncompressed_ = 0, waiting_ = 0, blocks_ = 0, rows_ = 0;

  std::mutex mutex_;  // of what follows, and of the lanes' states
  std::condition_variable changed_;
  bool ending_ = false;
};

}  // namespace howdah
