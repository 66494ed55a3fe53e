#include "hdfs/file_reader.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/environment.h"
#include "base/log.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/datanode_probe.h"
#include "hdfs/replica_length.h"

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;

// Source: DFSInputStream.java, refetchLocations: a random time in a window that grows.
// The first time nothing is waited for: the locations may just be old.
milliseconds PauseBeforeRefetch(const ClientOptions& options, int failures) {
  const auto window = options.retry_window.count();
  if (failures <= 1 || window <= 0) return milliseconds(0);
  const auto spread = static_cast<uint64_t>(window * failures);
  return milliseconds(
      window * (failures - 1) +
      static_cast<milliseconds::rep>(Environment::System().Random64() % (spread + 1)));
}

}  // namespace

HdfsFileReader::HdfsFileReader(Namenode& namenode, const ClientOptions& options,
                               std::string name,
                               std::unique_ptr<BlockLocations> locations)
    : namenode_(namenode),
      options_(options),
      name_(std::move(name)),
      locations_(std::move(locations)) {}

Result<std::unique_ptr<HdfsFileReader>> HdfsFileReader::Open(Namenode& namenode,
                                                             const ClientOptions& options,
                                                             const std::string& path,
                                                             std::string name) {
  HOWDAH_ASSIGN_OR_RETURN(
      auto locations,
      BlockLocations::Open(namenode, path, [&options](const LocatedBlock& block) {
        return AskReplicaLength(options, block);
      }));
  return std::unique_ptr<HdfsFileReader>(
      new HdfsFileReader(namenode, options, std::move(name), std::move(locations)));
}

Result<int64_t> HdfsFileReader::ReadAt(int64_t offset, std::span<std::byte> out) {
  if (offset < 0) {
    return Error(ErrorKind::kInvalidInput, "{}: cannot read at offset {}", name_, offset);
  }
  uint64_t at = static_cast<uint64_t>(offset);
  const uint64_t length = locations_->file_length();
  if (at >= length) return int64_t{0};
  out = out.first(static_cast<size_t>(std::min<uint64_t>(out.size(), length - at)));
  const auto total = static_cast<int64_t>(out.size());
  while (!out.empty()) {
    HOWDAH_ASSIGN_OR_RETURN(const BlockPointer block, locations_->Find(at));
    const uint64_t in_block = block->offset + block->block.num_bytes - at;
    const auto part =
        out.first(static_cast<size_t>(std::min<uint64_t>(out.size(), in_block)));
    HOWDAH_RETURN_IF_ERROR(WithContext(ReadInBlock(block, at, part), name_));
    at += part.size();
    out = out.subspan(part.size());
  }
  return total;
}

Status HdfsFileReader::ReadInBlock(BlockPointer block, uint64_t offset,
                                   std::span<std::byte> out) {
  const bool sequential = idle_.Continues(offset, offset + out.size());
  if (sequential && ContinueStream(&offset, &out)) return Status::OK();
  Status failure;
  for (int round = 0;; ++round) {
    bool tried = false;
    const Status status = TryReplicas(*block, sequential, &tried, &offset, &out);
    if (status.ok()) return status;
    if (tried || failure.ok()) failure = status;
    if (round == options_.block_acquire_failures) break;
    std::this_thread::sleep_for(PauseBeforeRefetch(options_, round + 1));
    HOWDAH_ASSIGN_OR_RETURN(block, locations_->Refetch(offset));
    const std::lock_guard lock(mutex_);
    failed_nodes_.clear();
  }
  return WithContext(failure, "no replica could be read, lastly");
}

// Each replica once, as far as its node has not failed this file. Corruption only if that
// is what is wrong with all of them.
Status HdfsFileReader::TryReplicas(const LocatedBlock& block, bool sequential,
                                   bool* tried, uint64_t* offset,
                                   std::span<std::byte>* out) {
  Status failure;
  while (const std::optional<BlockLocation> replica = Choose(block)) {
    *tried = true;
    const uint64_t to_end = block.offset + block.block.num_bytes - *offset;
    const Status status =
        ReadFromReplica(block, *replica, sequential ? to_end : out->size(), offset, out);
    if (status.ok()) return status;
    Log(LogLevel::kWarning, "{}: {}", name_, status.message());
    if (failure.ok() || !Is(status, ErrorKind::kCorruption)) failure = status;
    // The token has expired: the NameNode has a new one, and the node is well.
    if (Is(status, ErrorKind::kPermissionDenied)) break;
  }
  if (*tried) return failure;
  return Error(ErrorKind::kTransient, "no DataNode is known to have block {}",
               block.block.block_id);
}

// False: there is none, or it ended; `*offset` and `*out` are what is left.
bool HdfsFileReader::ContinueStream(uint64_t* offset, std::span<std::byte>* out) {
  auto stream = idle_.TakeStream(*offset);
  if (!stream.has_value() || stream->reader->remaining() < out->size()) return false;
  const uint64_t before = stream->reader->position();
  const Status status = stream->reader->Read(*out);
  const uint64_t got = stream->reader->position() - before;
  *offset += got;
  *out = out->subspan(static_cast<size_t>(got));
  // A node may close a stream that nobody read for long: that is no failure of the node.
  // If it is ill, the new stream will show.
  if (!status.ok()) return false;
  Keep(std::move(stream->reader), stream->node, stream->block_offset);
  return true;
}

void HdfsFileReader::Keep(std::unique_ptr<BlockReader> stream, const std::string& node,
                          uint64_t block_offset) {
  if (stream->remaining() > 0) {
    idle_.KeepStream(
        {.reader = std::move(stream), .node = node, .block_offset = block_offset});
  } else if (auto socket = stream->Finish()) {
    idle_.KeepConnection(node, std::move(*socket));
  }
}

std::optional<BlockLocation> HdfsFileReader::Choose(const LocatedBlock& block) {
  const std::lock_guard lock(mutex_);
  for (const BlockLocation& location : block.locations) {
    if (!failed_nodes_.contains(location.node.uuid)) return location;
  }
  return std::nullopt;
}

Status HdfsFileReader::ReadFromReplica(const LocatedBlock& block,
                                       const BlockLocation& location,
                                       uint64_t stream_bytes, uint64_t* offset,
                                       std::span<std::byte>* out) {
  const DatanodeProbe probe(options_, block.block.pool_id);
  while (true) {
    std::optional<Socket> socket = idle_.TakeConnection(location.node.uuid);
    const bool reused = socket.has_value();
    if (!reused) {
      auto connected = ConnectDatanode(options_, location.node);
      if (!connected.ok()) {
        MarkFailed(block, location, false);
        return connected.status();
      }
      socket = std::move(*connected);
    }
    socket->set_timeouts(options_.suspect_after, WriteLimit(options_, 1));
    socket->set_keep_waiting(probe.WhileAnswers(location.node));
    auto stream = BlockReader::Open(*std::move(socket), namenode_.client_name(), block,
                                    *offset - block.offset, stream_bytes);
    Status status = stream.status();
    if (stream.ok()) {
      BlockReader& reader = **stream;
      const uint64_t before = reader.position();
      status = reader.Read(*out);
      const uint64_t got = reader.position() - before;
      *offset += got;
      stream_bytes -= got;
      *out = out->subspan(static_cast<size_t>(got));
      if (status.ok()) {
        Keep(*std::move(stream), location.node.uuid, block.offset);
        return status;
      }
      MarkFailed(block, location, reader.checksum_failed());
      return status;
    }
    // A node closes connections that are idle: try a new one before blaming it.
    if (reused && Is(status, ErrorKind::kTransient)) continue;
    if (!Is(status, ErrorKind::kPermissionDenied)) MarkFailed(block, location, false);
    return status;
  }
}

void HdfsFileReader::MarkFailed(const LocatedBlock& block, const BlockLocation& location,
                                bool bad_checksum) {
  {
    const std::lock_guard lock(mutex_);
    failed_nodes_.insert(location.node.uuid);
  }
  if (!bad_checksum) return;
  LocatedBlock bad = block;
  bad.locations = {location};
  const Status reported = namenode_.ReportBadBlocks(std::span(&bad, 1));
  if (!reported.ok()) {
    Log(LogLevel::kWarning, "{}: a bad replica could not be reported: {}", name_,
        reported.message());
  }
}

}  // namespace howdah::hdfs
