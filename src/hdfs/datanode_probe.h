#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hdfs/client_options.h"
#include "hdfs/namenode.h"
#include "hdfs/protocol.h"
#include "hdfs/socket.h"

namespace howdah::hdfs {

/// Tells DataNodes that are slow from those that have stopped.
///
/// A node that owes an answer for `suspect_after` is asked, on a new connection, to read
/// a block that does not exist. A DataNode that runs answers from memory, however slow
/// its disks are; one that is stopped, hung or cut off does not, although the kernel
/// beneath may still take the connection. It has `probe_timeout` for that. Any answer
/// counts, also an error or an orderly end of the connection.
///
/// So a stopped node costs suspect_after + probe_timeout, a lone one a probe_timeout
/// more, and one that is merely slow is
/// asked from time to time and waited for as long as Java would: ReadLimit.
class DatanodeProbe {
 public:
  /// \param pool_id  the block pool of the cluster.
  DatanodeProbe(const ClientOptions& options, std::string pool_id);

  /// Does the node answer? Waits for up to probe_timeout.
  bool Answers(const DatanodeInfo& node) const;

  /// The first of `nodes` that does not answer while another one does; all are asked at
  /// the same time. None: all answer, or nobody does, which says more about this machine
  /// or its network than about the nodes. A lone node has no other beside it: it is asked
  /// twice, and it is `namenode` that must answer (renewLease, which is always right).
  std::optional<size_t> FindStopped(std::span<const BlockLocation> nodes,
                                    Namenode& namenode) const;

  /// For Socket::set_keep_waiting where one node owes the answer: waits on while it
  /// answers, for up to ReadLimit of one node. `options` of the probe must outlive it.
  Socket::KeepWaiting WhileAnswers(const DatanodeInfo& node) const;

 private:
  const ClientOptions& options_;
  std::string pool_id_;
};

}  // namespace howdah::hdfs
