#include "hdfs/pipeline_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "hdfs/datanode_connection.h"
#include "hdfs/datanode_probe.h"

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;

// The node that "10.0.0.7:9866" names; the first one if none has this address.
size_t NodeNamed(const Pipeline& pipeline, const std::string& address) {
  const auto& nodes = pipeline.nodes;
  const auto found = std::find_if(nodes.begin(), nodes.end(), [&](const auto& location) {
    return location.node.address() == address;
  });
  return found == nodes.end() ? 0 : static_cast<size_t>(found - nodes.begin());
}

}  // namespace

std::variant<Socket, PipelineFault> SetUpPipeline(const WriteContext& context,
                                                  const Pipeline& pipeline,
                                                  PipelineStage stage,
                                                  uint64_t new_generation_stamp) {
  const ClientOptions& options = context.options;
  auto connected = ConnectDatanode(options, pipeline.nodes.front().node);
  if (!connected.ok()) return PipelineFault{.status = connected.status()};
  Socket socket = *std::move(connected);

  ExtendedBlock block = pipeline.block;
  block.num_bytes = context.block_size;  // what Java sends; nodes choose a disk by it
  const Status sent =
      SendRequest(socket, EncodeWriteBlock({.block = block,
                                            .token = &pipeline.token,
                                            .client_name = context.namenode.client_name(),
                                            .pipeline = pipeline.nodes,
                                            .stage = stage,
                                            .acked_bytes = pipeline.block.num_bytes,
                                            .sent_bytes = pipeline.sent_bytes,
                                            .new_generation_stamp = new_generation_stamp,
                                            .checksum = context.checksum}));
  if (!sent.ok()) return PipelineFault{.status = sent};

  const milliseconds limit = ReadLimit(options, pipeline.nodes.size());
  const DatanodeProbe probe(options, pipeline.block.pool_id);
  std::optional<size_t> stopped;
  socket.set_timeouts(options.suspect_after, WriteLimit(options, pipeline.nodes.size()));
  socket.set_keep_waiting([&](milliseconds waited) {
    stopped = probe.FindStopped(pipeline.nodes, context.namenode);
    return !stopped.has_value() && waited < limit && !context.given_up;
  });
  const auto answer = ReadResponse(socket);
  socket.set_keep_waiting(nullptr);
  if (stopped.has_value()) {
    return PipelineFault{
        .status = Error(ErrorKind::kTransient, "DataNode {} does not answer any more",
                        pipeline.nodes[*stopped].node.address()),
        .node = *stopped,
        .stopped = true};
  }
  if (!answer.ok()) {
    // A node whose disk is full says so in its log only.
    return PipelineFault{
        .status = Error(KindOf(answer.status()),
                        "{} (did not take the block: its log says why, perhaps that "
                        "its disk is full)",
                        answer.status().message())};
  }
  if (answer->status == TransferStatus::kSuccess && answer->first_bad_link.empty()) {
    return socket;
  }
  const size_t node = NodeNamed(pipeline, answer->first_bad_link);
  const std::string doing = fmt::format(
      "setting up a pipeline for block {} through {}{}{}", block.block_id, socket.peer(),
      answer->first_bad_link.empty() ? "" : " to ", answer->first_bad_link);
  return PipelineFault{.status = TransferError(answer->status == TransferStatus::kSuccess
                                                   ? TransferStatus::kError
                                                   : answer->status,
                                               doing, answer->message),
                       .node = node,
                       .restarting = answer->status == TransferStatus::kRestarting,
                       .token = answer->status == TransferStatus::kErrorAccessToken};
}

}  // namespace howdah::hdfs
