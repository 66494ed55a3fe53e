#include "hdfs/protocol.h"

#include <fmt/format.h>

namespace howdah::hdfs {

std::string DatanodeInfo::address() const {
  return fmt::format("{}:{}", ip_address, transfer_port);
}

}  // namespace howdah::hdfs
