#pragma once

#include "base/status.h"
#include "hdfs/excluded_nodes.h"
#include "hdfs/socket.h"
#include "hdfs/write_context.h"

namespace howdah::hdfs {

/// Make a broken pipeline stand again, without the node at fault and under a new
/// generation stamp, so that what that node has is known to be old.
///
/// Until one set-up succeeds: drop the node at fault (or wait for it, if it said that it
/// restarts, and is alone or on this machine); perhaps add another one
/// (replace_datanode.h); get the new stamp and token; set up. Then tell the NameNode who
/// is in the pipeline now.
/// \param stage  kSetupStreamingRecovery: packets will be sent again over the connection.
///   kCloseRecovery: the nodes finish the block at once, nothing may be sent.
/// \return the connection to the first node. Transient: no node is left, or no other was
///   found; the NameNode's errors. Source: DataStreamer.java, setupPipelineInternal.
Result<Socket> RecoverPipeline(const WriteContext& context, PipelineStage stage,
                               PipelineFault fault, ExcludedNodes* excluded,
                               Pipeline* pipeline);

}  // namespace howdah::hdfs
