#include "hdfs/idle_streams.h"

#include <algorithm>
#include <utility>

namespace howdah::hdfs {
namespace {

constexpr size_t kMostStreams = 8;
constexpr size_t kMostConnections = 8;
// A DataNode closes a connection that is idle for 4 s
// (dfs.datanode.socket.reuse.keepalive); Java keeps its own for 3
// (dfs.client.socketcache.expiryMsec).
constexpr std::chrono::seconds kConnectionLife{3};

}  // namespace

std::optional<IdleStreams::Stream> IdleStreams::TakeStream(uint64_t offset) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(streams_.begin(), streams_.end(), [&](const Stream& s) {
    return s.block_offset + s.reader->position() == offset;
  });
  if (found == streams_.end()) return std::nullopt;
  Stream stream = std::move(*found);
  streams_.erase(found);
  return stream;
}

void IdleStreams::KeepStream(Stream stream) {
  Stream dropped;  // is closed after the lock is free
  const std::lock_guard lock(mutex_);
  if (streams_.size() >= kMostStreams) {
    dropped = std::move(streams_.front());
    streams_.erase(streams_.begin());
  }
  streams_.push_back(std::move(stream));
}

std::optional<Socket> IdleStreams::TakeConnection(const std::string& node) {
  const std::lock_guard lock(mutex_);
  const auto oldest = std::chrono::steady_clock::now() - kConnectionLife;
  std::erase_if(connections_, [&](const Connection& c) { return c.since < oldest; });
  const auto found = std::find_if(connections_.begin(), connections_.end(),
                                  [&](const Connection& c) { return c.node == node; });
  if (found == connections_.end()) return std::nullopt;
  Socket socket = std::move(found->socket);
  connections_.erase(found);
  return socket;
}

void IdleStreams::KeepConnection(std::string node, Socket socket) {
  const std::lock_guard lock(mutex_);
  if (connections_.size() >= kMostConnections) connections_.erase(connections_.begin());
  connections_.push_back({.node = std::move(node),
                          .socket = std::move(socket),
                          .since = std::chrono::steady_clock::now()});
}

bool IdleStreams::Continues(uint64_t offset, uint64_t end) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find(ends_.begin(), ends_.end(), offset);
  if (found != ends_.end() && offset != 0) {
    *found = end;
    return true;
  }
  ends_[next_end_] = end;
  next_end_ = (next_end_ + 1) % ends_.size();
  return offset == 0;
}

}  // namespace howdah::hdfs
