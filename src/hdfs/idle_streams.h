#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hdfs/block_reader.h"
#include "hdfs/socket.h"

namespace howdah::hdfs {

/// What the readers of one file leave for the next read: streams that stand somewhere in
/// the file, connections that are free, and where reads ended. Thread-safe.
class IdleStreams {
 public:
  struct Stream {
    std::unique_ptr<BlockReader> reader;
    std::string node;           ///< uuid
    uint64_t block_offset = 0;  ///< of the block's first byte in the file
  };

  /// A stream that stands at `offset` of the file.
  std::optional<Stream> TakeStream(uint64_t offset);
  /// The least recently used one goes when there are too many.
  void KeepStream(Stream stream);

  /// A connection to the node that ended a request a moment ago.
  std::optional<Socket> TakeConnection(const std::string& node);
  void KeepConnection(std::string node, Socket socket);

  /// True if a read that begins at `offset` goes on where an earlier one ended; a file's
  /// beginning counts. Its end is remembered for the next.
  bool Continues(uint64_t offset, uint64_t end);

 private:
  struct Connection {
    std::string node;
    Socket socket;
    std::chrono::steady_clock::time_point since;
  };

  std::mutex mutex_;
  std::vector<Stream> streams_;  // the least recently used one first
  std::vector<Connection> connections_;
  std::array<uint64_t, 8> ends_{};  // of the latest reads
  size_t next_end_ = 0;
};

}  // namespace howdah::hdfs
