#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "base/status.h"
#include "hdfs/block_locations.h"
#include "hdfs/block_reader.h"
#include "hdfs/client_options.h"
#include "hdfs/idle_streams.h"
#include "hdfs/namenode.h"

namespace howdah::hdfs {

/// A file of HDFS. Every byte has been checked against its checksum. Of a file that is
/// being written it is as much as was visible when it was opened.
///
/// A read that goes on where an earlier one ended goes on with that one's stream from the
/// DataNode; another asks for exactly the bytes it needs. Replicas are tried in the
/// NameNode's order, those on nodes that failed this file last; one that fails its
/// checksums is reported to the NameNode. When all have failed, the locations are asked
/// for anew, dfs.client.max.block.acquire.failures times in all. A node that stops
/// answering costs seconds (datanode_probe.h). Source: DFSInputStream.java.
///
/// Errors of ReadAt: Corruption: no replica has the bytes that the NameNode says are
/// there, or the file was cut short. Transient: no replica could be reached. NotFound:
/// the file was deleted and its blocks with it.
class HdfsFileReader final : public ByteSource {
 public:
  /// \param name  for messages: what the user calls the file.
  /// \param namenode, options  must outlive the reader.
  static Result<std::unique_ptr<HdfsFileReader>> Open(Namenode& namenode,
                                                      const ClientOptions& options,
                                                      const std::string& path,
                                                      std::string name);

  const std::string& name() const override { return name_; }
  int64_t size() const override {
    return static_cast<int64_t>(locations_->file_length());
  }
  Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) override;

 private:
  using BlockPointer = std::shared_ptr<const LocatedBlock>;

  HdfsFileReader(Namenode& namenode, const ClientOptions& options, std::string name,
                 std::unique_ptr<BlockLocations> locations);

  Status ReadInBlock(BlockPointer block, uint64_t offset, std::span<std::byte> out);
  Status TryReplicas(const LocatedBlock& block, bool sequential, bool* tried,
                     uint64_t* offset, std::span<std::byte>* out);
  Status ReadFromReplica(const LocatedBlock& block, const BlockLocation& location,
                         uint64_t stream_bytes, uint64_t* offset,
                         std::span<std::byte>* out);
  bool ContinueStream(uint64_t* offset, std::span<std::byte>* out);
  void Keep(std::unique_ptr<BlockReader> stream, const std::string& node,
            uint64_t block_offset);
  std::optional<BlockLocation> Choose(const LocatedBlock& block);
  void MarkFailed(const LocatedBlock& block, const BlockLocation& location,
                  bool bad_checksum);

  Namenode& namenode_;
  const ClientOptions& options_;
  const std::string name_;
  const std::unique_ptr<BlockLocations> locations_;
  IdleStreams idle_;

  std::mutex mutex_;
  std::set<std::string> failed_nodes_;  // their uuids
};

}  // namespace howdah::hdfs
