#include "hdfs/excluded_nodes.h"

namespace howdah::hdfs {

void ExcludedNodes::Add(const DatanodeInfo& node) {
  std::erase_if(nodes_, [&](const Entry& entry) { return entry.node.uuid == node.uuid; });
  nodes_.push_back({.node = node, .until = pacing_.Now() + expiry_});
}

std::vector<DatanodeInfo> ExcludedNodes::Current() {
  const auto now = pacing_.Now();
  std::erase_if(nodes_, [&](const Entry& entry) { return entry.until <= now; });
  std::vector<DatanodeInfo> nodes;
  for (const Entry& entry : nodes_) nodes.push_back(entry.node);
  return nodes;
}

}  // namespace howdah::hdfs
