#include "hdfs/file_checksum.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.h"
#include "hdfs/block_locations.h"
#include "hdfs/checksum.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/datanode_probe.h"

namespace howdah::hdfs {
namespace {

enum class Patience { kLittle, kMuch };

Result<uint32_t> AskNode(const ClientOptions& options, const LocatedBlock& block,
                         const DatanodeInfo& node, Patience patience) {
  HOWDAH_ASSIGN_OR_RETURN(Socket socket, ConnectDatanode(options, node));
  if (patience == Patience::kLittle) {
    socket.set_timeouts(options.suspect_after / 2, options.suspect_after / 2);
  } else {
    socket.set_timeouts(options.suspect_after, WriteLimit(options, 1));
    const DatanodeProbe probe(options, block.block.pool_id);
    socket.set_keep_waiting(probe.WhileAnswers(node));
  }
  HOWDAH_RETURN_IF_ERROR(
      SendRequest(socket, EncodeBlockChecksum(block.block, block.token)));
  const std::string doing = fmt::format("the checksum of block {} from {}",
                                        block.block.block_id, socket.peer());
  HOWDAH_ASSIGN_OR_RETURN(const BlockOpResponse answer, ReadSuccess(socket, doing));
  if (answer.crc_type != ChecksumType::kCrc32c) {
    return Error(ErrorKind::kUnsupported, "{}: it is not CRC32C but type {}", doing,
                 static_cast<int32_t>(answer.crc_type));
  }
  if (answer.block_checksum.size() != 4) {
    return Error(ErrorKind::kCorruption, "{}: it has {} bytes, expected 4", doing,
                 answer.block_checksum.size());
  }
  uint32_t crc = 0;
  for (const char byte : answer.block_checksum) {
    crc = crc << 8 | static_cast<unsigned char>(byte);
  }
  return crc;
}

Result<uint32_t> AskReplicas(const ClientOptions& options, const LocatedBlock& block,
                             Patience patience, std::set<std::string>* avoid) {
  std::vector<const DatanodeInfo*> nodes;
  for (const BlockLocation& location : block.locations) nodes.push_back(&location.node);
  std::stable_partition(nodes.begin(), nodes.end(), [&](const DatanodeInfo* node) {
    return !avoid->contains(node->uuid);
  });
  Status failure = Error(ErrorKind::kTransient, "no DataNode is known to have block {}",
                         block.block.block_id);
  for (const DatanodeInfo* node : nodes) {
    auto crc = AskNode(options, block, *node, patience);
    if (crc.ok()) return crc;
    failure = crc.status();
    avoid->insert(node->uuid);
    Log(LogLevel::kInfo, "{}", failure.message());
  }
  return failure;
}

}  // namespace

Result<FileChecksum> ChecksumOfFile(Namenode& namenode, const ClientOptions& options,
                                    const std::string& path,
                                    std::set<std::string> avoid) {
  HOWDAH_ASSIGN_OR_RETURN(const auto locations, BlockLocations::Open(namenode, path));
  FileChecksum file{.length = locations->file_length()};
  for (uint64_t offset = 0; offset < file.length;) {
    HOWDAH_ASSIGN_OR_RETURN(auto block, locations->Find(offset));
    auto crc = AskReplicas(options, *block, Patience::kLittle, &avoid);
    if (!crc.ok()) {
      // A token may have expired, a replica moved.
      HOWDAH_ASSIGN_OR_RETURN(block, locations->Refetch(offset));
      crc = AskReplicas(options, *block, Patience::kMuch, &avoid);
    }
    HOWDAH_RETURN_IF_ERROR(WithContext(crc.status(), path));
    file.crc32c =
        JoinCrcs(ChecksumType::kCrc32c, file.crc32c, *crc, block->block.num_bytes);
    offset = block->offset + block->block.num_bytes;
  }
  return file;
}

}  // namespace howdah::hdfs
