#pragma once

#include <cstdint>

#include "base/status.h"
#include "hdfs/client_options.h"
#include "hdfs/protocol.h"

namespace howdah::hdfs {

/// How many bytes of a block that is being written readers may see: those that all nodes
/// of its pipeline have acknowledged. The NameNode does not know; a DataNode of the
/// pipeline does, and is asked by RPC (ClientDatanodeProtocol, getReplicaVisibleLength).
///
/// All its nodes are asked in turn until one knows. 0: there is no replica yet.
/// Transient: no node could be asked. Source: DFSInputStream.java, readBlockLength.
Result<uint64_t> AskReplicaLength(const ClientOptions& options,
                                  const LocatedBlock& block);

}  // namespace howdah::hdfs
