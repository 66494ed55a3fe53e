#include "hdfs/replace_datanode.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/datanode_probe.h"

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;

// The answer's place that is none of `nodes`, if that is all the difference.
std::optional<size_t> FindNewNode(const std::vector<BlockLocation>& nodes,
                                  const std::vector<BlockLocation>& answer) {
  if (answer.size() != nodes.size() + 1) return std::nullopt;
  for (size_t i = 0; i < answer.size(); ++i) {
    const bool known = std::any_of(nodes.begin(), nodes.end(), [&](const auto& location) {
      return location.node.uuid == answer[i].node.uuid;
    });
    if (!known) return i;
  }
  return std::nullopt;
}

// Have `source` send its copy to `target`. Source: DataStreamer.java, transfer.
Status Transfer(const WriteContext& context, const Pipeline& pipeline,
                const DatanodeInfo& source, const BlockLocation& target,
                const Token& token) {
  const ClientOptions& options = context.options;
  HOWDAH_ASSIGN_OR_RETURN(Socket socket, ConnectDatanode(options, source));
  // Java gives 5 s more for each 200 packets.
  const size_t more = pipeline.sent_bytes / options.packet_bytes / 200;
  const milliseconds limit = ReadLimit(options, 2 + more);
  const DatanodeProbe probe(options, pipeline.block.pool_id);
  socket.set_timeouts(options.suspect_after, WriteLimit(options, 2));
  socket.set_keep_waiting([&](milliseconds waited) {
    return waited < limit && !context.given_up && probe.Answers(source) &&
           probe.Answers(target.node);
  });
  HOWDAH_RETURN_IF_ERROR(
      SendRequest(socket, EncodeTransferBlock(pipeline.block, token,
                                              context.namenode.client_name(), target)));
  const std::string doing =
      fmt::format("sending block {} from {} to {}", pipeline.block.block_id,
                  source.address(), target.node.address());
  return ReadSuccess(socket, doing).status();
}

Status AddNode(const WriteContext& context, Pipeline* pipeline) {
  constexpr size_t kTries = 3;
  const ClientOptions& options = context.options;
  std::vector<DatanodeInfo> excluded = pipeline->failed;
  Status failure;
  for (size_t tries = 0; tries < kTries; ++tries) {
    HOWDAH_ASSIGN_OR_RETURN(LocatedBlock answer,
                            context.namenode.GetAdditionalDatanode(
                                context.path, context.file_id, pipeline->block,
                                pipeline->nodes, excluded, 1));
    const auto added = FindNewNode(pipeline->nodes, answer.locations);
    if (!added.has_value()) {
      const int enough = options.replace_datanode_min_replication;
      if (enough > 0 && pipeline->nodes.size() >= static_cast<size_t>(enough)) {
        return Status::OK();
      }
      return Error(ErrorKind::kTransient,
                   "a DataNode was lost and there is no other in its place; {} of {} are "
                   "left (dfs.client.block.write.replace-datanode-on-failure.policy says "
                   "when that is an error)",
                   pipeline->nodes.size(), context.replication);
    }
    const DatanodeInfo& source = pipeline->nodes[tries % pipeline->nodes.size()].node;
    const BlockLocation& target = answer.locations[*added];
    failure = Transfer(context, *pipeline, source, target, answer.token);
    if (failure.ok()) {
      Log(LogLevel::kInfo, "{}: node {} joins the pipeline of block {}", context.path,
          target.node.address(), pipeline->block.block_id);
      pipeline->nodes = std::move(answer.locations);
      return Status::OK();
    }
    Log(LogLevel::kWarning, "{}: {}", context.path, failure.message());
    excluded.push_back(target.node);
  }
  return failure;
}

}  // namespace

bool NeedsReplacement(const WriteContext& context, const Pipeline& pipeline) {
  const ClientOptions& options = context.options;
  const size_t left = pipeline.nodes.size();
  if (!options.replace_datanode || left == 0 || left >= context.replication) return false;
  switch (options.replace_datanode_policy) {
    case ReplaceDatanodePolicy::kAlways:
      return true;
    case ReplaceDatanodePolicy::kNever:
      return false;
    case ReplaceDatanodePolicy::kDefault:
      return context.replication >= 3 &&
             (left <= context.replication / 2 || pipeline.flushed);
  }
  return false;
}

Status ReplaceDatanode(const WriteContext& context, Pipeline* pipeline) {
  const Status status = AddNode(context, pipeline);
  if (status.ok() || !context.options.replace_datanode_best_effort) return status;
  Log(LogLevel::kWarning, "{}: going on with {} nodes: {}", context.path,
      pipeline->nodes.size(), status.message());
  return Status::OK();
}

}  // namespace howdah::hdfs
