#include "hdfs/client_options.h"

#include <fmt/core.h>

namespace howdah::hdfs {

std::string NamenodeAddress::text() const {
  const bool colons = host.find(':') != std::string::npos;
  const std::string place =
      colons ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
  return id.empty() ? place : fmt::format("{} ({})", id, place);
}

}  // namespace howdah::hdfs
