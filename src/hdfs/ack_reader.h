#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "hdfs/packet.h"
#include "hdfs/socket.h"

namespace howdah::hdfs {

/// Acknowledgements out of the bytes that come from a pipeline, without waiting.
/// Thread-confined.
class AckReader {
 public:
  /// The next one, if it is there whole. Transient: the connection has ended or failed;
  /// what came before is given out first. Corruption.
  Result<std::optional<PipelineAck>> Next(Socket& socket);

 private:
  Result<std::optional<PipelineAck>> Parse(const std::string& peer);

  std::vector<std::byte> bytes_ = std::vector<std::byte>(size_t{1} << 16);
  size_t begin_ = 0;
  size_t end_ = 0;
  bool drained_ = false;  // the socket had no more the last time
};

}  // namespace howdah::hdfs
