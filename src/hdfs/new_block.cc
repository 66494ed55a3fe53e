#include "hdfs/new_block.h"

#include <utility>

#include "base/log.h"
#include "hdfs/pipeline_setup.h"

namespace howdah::hdfs {
namespace {

// Exclusions are a wish: when the NameNode can give no block because of them, it is asked
// without.
Result<LocatedBlock> AddBlock(const WriteContext& context,
                              const std::optional<ExtendedBlock>& previous,
                              ExcludedNodes* excluded) {
  const std::vector<DatanodeInfo> nodes = excluded->Current();
  auto block = context.namenode.AddBlock(context.path, context.file_id, previous, nodes);
  if (block.ok() && block->locations.empty()) {
    return Error(ErrorKind::kTransient, "the NameNode gave block {} without a DataNode",
                 block->block.block_id);
  }
  if (block.ok() || nodes.empty()) return block;
  Log(LogLevel::kWarning, "{}: no block without the {} nodes that failed: {}",
      context.path, nodes.size(), block.status().message());
  excluded->Clear();
  return context.namenode.AddBlock(context.path, context.file_id, previous, {});
}

}  // namespace

Result<Socket> OpenNewBlock(const WriteContext& context,
                            const std::optional<ExtendedBlock>& previous,
                            ExcludedNodes* excluded, Pipeline* pipeline) {
  Status failure;
  bool token_refused = false;
  for (int tries = 0; tries <= context.options.block_write_retries; ++tries) {
    if (context.given_up) {
      return Error(ErrorKind::kCancelled, "writing {} was given up", context.path);
    }
    HOWDAH_ASSIGN_OR_RETURN(LocatedBlock located, AddBlock(context, previous, excluded));
    pipeline->block = located.block;
    pipeline->block.num_bytes = 0;
    pipeline->token = located.token;
    pipeline->nodes = located.locations;
    pipeline->sent_bytes = 0;
    auto outcome = SetUpPipeline(context, *pipeline, PipelineStage::kSetupCreate, 0);
    if (auto* socket = std::get_if<Socket>(&outcome)) return std::move(*socket);

    const PipelineFault& fault = std::get<PipelineFault>(outcome);
    failure = fault.status;
    const DatanodeInfo& node = pipeline->nodes[fault.node].node;
    Log(LogLevel::kWarning, "{}: block {} is abandoned, node {} avoided: {}",
        context.path, pipeline->block.block_id, node.address(), failure.message());
    HOWDAH_RETURN_IF_ERROR(
        context.namenode.AbandonBlock(context.path, context.file_id, pipeline->block));
    if (fault.token && !token_refused) {
      token_refused = true;
    } else {
      excluded->Add(node);
    }
  }
  return Error(ErrorKind::kTransient,
               "no pipeline for a new block could be set up in {} tries, lastly: {}",
               context.options.block_write_retries + 1, failure.message());
}

}  // namespace howdah::hdfs
