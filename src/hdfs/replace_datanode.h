#pragma once

#include "base/status.h"
#include "hdfs/write_context.h"

namespace howdah::hdfs {

/// Does the policy ask for another node in place of one that was lost? DEFAULT: of r ≥ 3
/// replicas half or fewer are left, or a flush has promised them. Source:
/// ReplaceDatanodeOnFailure.java.
bool NeedsReplacement(const WriteContext& context, const Pipeline& pipeline);

/// Add a node to a pipeline that has lost some: the NameNode names one, a survivor sends
/// it what it has of the block, and the node takes its place in `pipeline`. Three nodes
/// are tried. The block's generation stamp stays.
///
/// With ….best-effort, or when at least ….min-replication nodes are left, a failure to
/// find one is no error: the pipeline stays as it is. Transient; the NameNode's errors.
/// Source: DataStreamer.java, handleDatanodeReplacement, addDatanode2ExistingPipeline.
Status ReplaceDatanode(const WriteContext& context, Pipeline* pipeline);

}  // namespace howdah::hdfs
