#include "hdfs/replica_length.h"

#include <algorithm>
#include <array>
#include <protozero/pbf_writer.hpp>
#include <string>

#include "base/environment.h"
#include "base/log.h"
#include "hdfs/block_messages.h"
#include "hdfs/message_reader.h"
#include "hdfs/rpc_connection.h"

namespace howdah::hdfs {
namespace {

Result<uint64_t> ReadLength(const std::string& peer, const std::string& answer) {
  return Decode(peer, "the answer to getReplicaVisibleLength", answer,
                [](MessageReader reader) {
                  uint64_t length = 0;
                  while (reader.Next()) {
                    if (reader.field() == 1) length = reader.Uint64();
                  }
                  reader.Require({1});
                  return length;
                });
}

// NotFound: the node has no such replica.
Result<uint64_t> AskNode(const ClientOptions& options, const ExtendedBlock& block,
                         const DatanodeInfo& node) {
  const NamenodeAddress address{
      .id = "",
      .host = options.use_datanode_hostname ? node.host_name : node.ip_address,
      .port = static_cast<uint16_t>(node.ipc_port)};
  const std::array<uint64_t, 2> random{Environment::System().Random64(),
                                       Environment::System().Random64()};
  const CallIdentity identity{
      .client_id = {reinterpret_cast<const char*>(random.data()), sizeof random},
      .call_id = 0,
      .retry_count = 0};
  std::string request;
  protozero::pbf_writer(request).add_message(1, EncodeExtendedBlock(block));
  HOWDAH_ASSIGN_OR_RETURN(
      const auto connection,
      OpenDatanodeRpcConnection(address, options, identity.client_id));
  const CallOutcome outcome =
      connection->Call(identity, "getReplicaVisibleLength", request);
  if (outcome.kind != CallOutcome::Kind::kReply) {
    return WithContext(outcome.error, address.text());
  }
  const RpcReply& reply = outcome.reply;
  if (reply.status == RpcReply::Status::kSuccess) {
    return ReadLength(address.text(), reply.body);
  }
  const std::string& text = reply.exception_text;
  return Error(reply.exception_class.ends_with(".ReplicaNotFoundException")
                   ? ErrorKind::kNotFound
                   : ErrorKind::kTransient,
               "{} answered {}: {}", address.text(), reply.exception_class,
               text.substr(0, std::min<size_t>(text.find('\n'), 300)));
}

}  // namespace

Result<uint64_t> AskReplicaLength(const ClientOptions& options,
                                  const LocatedBlock& block) {
  ClientOptions patience = options;
  patience.connect_timeout = options.datanode_connect_timeout;
  // It answers from memory: one that does not is stopped.
  patience.rpc_timeout = options.suspect_after + options.probe_timeout;
  Status failure;
  for (const BlockLocation& location : block.locations) {
    const Result<uint64_t> length = AskNode(patience, block.block, location.node);
    if (length.ok()) return length;
    Log(LogLevel::kDebug, "the length of block {}: {}", block.block.block_id,
        length.status().message());
    if (!Is(length.status(), ErrorKind::kNotFound)) failure = length.status();
  }
  // Its pipeline has not begun, or no node has it.
  if (failure.ok() && (!block.locations.empty() || block.block.num_bytes == 0)) return 0;
  return Error(ErrorKind::kTransient,
               "it is being written, and no DataNode says how far its last block is: {}",
               failure.ok() ? "none is known to have it" : failure.message());
}

}  // namespace howdah::hdfs
