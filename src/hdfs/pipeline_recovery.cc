#include "hdfs/pipeline_recovery.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "hdfs/pipeline_setup.h"
#include "hdfs/replace_datanode.h"

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;

// An address is this machine's if a socket can be bound to it.
bool IsLocal(const std::string& ip_address) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (inet_pton(AF_INET, ip_address.c_str(), &address.sin_addr) != 1) return false;
  const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  const bool local =
      bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(descriptor);
  return local;
}

// One recovery: the state that goes from one set-up to the next.
class Recovery {
 public:
  Recovery(const WriteContext& context, ExcludedNodes* excluded, Pipeline* pipeline)
      : context_(context), excluded_(excluded), pipeline_(pipeline) {}

  Result<Socket> Run(PipelineStage stage, PipelineFault fault);

 private:
  bool WorthWaitingFor(size_t node) const;
  bool WaitForRestart(const PipelineFault& fault);
  Status Drop(const PipelineFault& fault);

  const WriteContext& context_;
  ExcludedNodes* const excluded_;
  Pipeline* const pipeline_;
  std::optional<milliseconds> restart_deadline_;
  std::string restarting_;  // uuid of the node that is waited for
  bool token_refused_ = false;
};

// Source: DataStreamer.java, shouldWaitForRestart.
bool Recovery::WorthWaitingFor(size_t node) const {
  return pipeline_->nodes.size() == 1 || IsLocal(pipeline_->nodes[node].node.ip_address);
}

// True: it was waited for the node at fault, try it once more. Source: DataStreamer.java,
// handleRestartingDatanode, checkRestartingNodeDeadline.
bool Recovery::WaitForRestart(const PipelineFault& fault) {
  const DatanodeInfo& node = pipeline_->nodes[fault.node].node;
  if (fault.restarting && !restart_deadline_ && WorthWaitingFor(fault.node)) {
    restart_deadline_ = context_.pacing.Now() + context_.options.datanode_restart_timeout;
    restarting_ = node.uuid;
  }
  if (!restart_deadline_ || node.uuid != restarting_ ||
      context_.pacing.Now() >= *restart_deadline_) {
    return false;
  }
  constexpr milliseconds kLongestPause{4'000};
  context_.pacing.Sleep(
      std::min(context_.options.datanode_restart_timeout, kLongestPause));
  return true;
}

Status Recovery::Drop(const PipelineFault& fault) {
  auto& nodes = pipeline_->nodes;
  const DatanodeInfo node = nodes[fault.node].node;
  if (nodes.size() == 1) {
    return Error(ErrorKind::kTransient, "the last DataNode of block {}, {}, failed: {}",
                 pipeline_->block.block_id, node.address(), fault.status.message());
  }
  Log(LogLevel::kWarning, "{}: block {} goes on without {} at {} bytes: {}",
      context_.path, pipeline_->block.block_id, node.address(),
      pipeline_->block.num_bytes, fault.status.message());
  // A node that restarts may be asked for again, all others have failed this block.
  if (!fault.restarting) pipeline_->failed.push_back(node);
  if (fault.stopped) excluded_->Add(node);
  nodes.erase(nodes.begin() + static_cast<ptrdiff_t>(fault.node));
  return Status::OK();
}

Result<Socket> Recovery::Run(PipelineStage stage, PipelineFault fault) {
  while (true) {
    if (context_.given_up) {
      return Error(ErrorKind::kCancelled, "writing {} was given up", context_.path);
    }
    if (fault.token && !token_refused_) {
      token_refused_ = true;  // a new one comes with the new generation stamp
    } else if (!WaitForRestart(fault)) {
      HOWDAH_RETURN_IF_ERROR(Drop(fault));
    }
    // A block that is being finished is left to the NameNode to replicate.
    if (stage != PipelineStage::kCloseRecovery &&
        NeedsReplacement(context_, *pipeline_)) {
      HOWDAH_RETURN_IF_ERROR(ReplaceDatanode(context_, pipeline_));
    }
    HOWDAH_ASSIGN_OR_RETURN(const LocatedBlock updated,
                            context_.namenode.UpdateBlockForPipeline(pipeline_->block));
    const uint64_t stamp = updated.block.generation_stamp;
    pipeline_->token = updated.token;
    auto outcome = SetUpPipeline(context_, *pipeline_, stage, stamp);
    if (auto* socket = std::get_if<Socket>(&outcome)) {
      ExtendedBlock block = pipeline_->block;
      block.generation_stamp = stamp;
      HOWDAH_RETURN_IF_ERROR(
          context_.namenode.UpdatePipeline(pipeline_->block, block, pipeline_->nodes));
      pipeline_->block = block;
      return std::move(*socket);
    }
    fault = std::get<PipelineFault>(std::move(outcome));
  }
}

}  // namespace

Result<Socket> RecoverPipeline(const WriteContext& context, PipelineStage stage,
                               PipelineFault fault, ExcludedNodes* excluded,
                               Pipeline* pipeline) {
  return Recovery(context, excluded, pipeline).Run(stage, std::move(fault));
}

}  // namespace howdah::hdfs
