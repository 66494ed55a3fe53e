#pragma once

#include <optional>
#include <variant>

#include "hdfs/socket.h"
#include "hdfs/write_context.h"

namespace howdah::hdfs {

/// Connect to the first node of the pipeline, which connects to the next, and so on.
///
/// \param stage  kSetupCreate, kSetupStreamingRecovery or kCloseRecovery.
/// \param new_generation_stamp  0 for a new block.
/// \return the connection to the first node, or whose fault it is that there is none: the
///   node that the answer names (firstBadLink), the one that does not answer any more, or
///   the first. While the answer is late, nodes are asked whether they live; at most
///   ReadLimit is waited. Source: DataStreamer.java, createBlockOutputStream.
std::variant<Socket, PipelineFault> SetUpPipeline(const WriteContext& context,
                                                  const Pipeline& pipeline,
                                                  PipelineStage stage,
                                                  uint64_t new_generation_stamp);

}  // namespace howdah::hdfs
