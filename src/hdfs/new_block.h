#pragma once

#include <optional>

#include "base/status.h"
#include "hdfs/excluded_nodes.h"
#include "hdfs/socket.h"
#include "hdfs/write_context.h"

namespace howdah::hdfs {

/// Get a new block from the NameNode and set up its pipeline.
///
/// If the pipeline cannot be set up the block is abandoned, the node at fault excluded,
/// and another block asked for, dfs.client.block.write.retries times. A refused token
/// costs a try and excludes nobody, once.
/// \param previous  the block before, with its final length.
/// \param pipeline  its block, token and nodes are replaced.
/// \return the connection to the first node. Transient when no try worked; the NameNode's
///   errors. Source: DataStreamer.java, nextBlockOutputStream.
Result<Socket> OpenNewBlock(const WriteContext& context,
                            const std::optional<ExtendedBlock>& previous,
                            ExcludedNodes* excluded, Pipeline* pipeline);

}  // namespace howdah::hdfs
