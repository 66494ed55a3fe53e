#include "hdfs/datanode_probe.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/log.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/transfer_messages.h"

namespace howdah::hdfs {

using std::chrono::milliseconds;

DatanodeProbe::DatanodeProbe(const ClientOptions& options, std::string pool_id)
    : options_(options), pool_id_(std::move(pool_id)) {}

bool DatanodeProbe::Answers(const DatanodeInfo& node) const {
  const std::string& host =
      options_.use_datanode_hostname ? node.host_name : node.ip_address;
  auto socket = Socket::Connect(host, static_cast<uint16_t>(node.transfer_port),
                                options_.probe_timeout);
  if (!socket.ok()) return false;
  const ExtendedBlock nothing{.pool_id = pool_id_, .block_id = 0, .num_bytes = 0};
  const Status sent =
      SendRequest(*socket, EncodeReadBlock(nothing, Token{}, "probe", 0, 1));
  // The limit is for the first byte, or the end: a stopped process does neither.
  bool timed_out = false;
  socket->set_keep_waiting([&](milliseconds) {
    timed_out = true;
    return false;
  });
  std::byte first{};
  (void)socket->ReadSome(std::span(&first, 1));
  // A reset is an answer too: only a process that runs, or its end, makes one.
  return sent.ok() && !timed_out;
}

std::optional<size_t> DatanodeProbe::FindStopped(std::span<const BlockLocation> nodes,
                                                 Namenode& namenode) const {
  std::vector<char> answers(nodes.size());
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < nodes.size(); ++i) {
      threads.emplace_back(
          [this, &nodes, &answers, i] { answers[i] = Answers(nodes[i].node) ? 1 : 0; });
    }
  }
  if (std::find(answers.begin(), answers.end(), 1) == answers.end()) {
    const bool stopped =
        nodes.size() == 1 && !Answers(nodes.front().node) && namenode.RenewLease().ok();
    return stopped ? std::optional<size_t>(0) : std::nullopt;
  }
  const auto silent = std::find(answers.begin(), answers.end(), 0);
  if (silent == answers.end()) return std::nullopt;
  return static_cast<size_t>(silent - answers.begin());
}

Socket::KeepWaiting DatanodeProbe::WhileAnswers(const DatanodeInfo& node) const {
  return [probe = *this, node](milliseconds waited) {
    if (waited >= ReadLimit(probe.options_, 1)) return false;
    const bool answers = probe.Answers(node);
    if (!answers) {
      Log(LogLevel::kWarning, "DataNode {} sent nothing for {} s and does not answer",
          node.address(), waited.count() / 1000);
    }
    return answers;
  };
}

}  // namespace howdah::hdfs
