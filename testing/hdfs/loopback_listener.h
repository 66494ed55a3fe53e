#pragma once

#include <cstdint>

#include "hdfs/socket.h"

namespace howdah::hdfs {

/// A server's ear on 127.0.0.1, at a port that the kernel chose. Stop and Accept are safe
/// from different threads.
class LoopbackListener {
 public:
  LoopbackListener();
  ~LoopbackListener();
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  uint16_t port() const { return port_; }
  /// The next connection; one whose descriptor is -1 after Stop.
  Socket Accept();
  /// Refuse connections from now on and wake Accept.
  void Stop();

 private:
  int descriptor_ = -1;
  uint16_t port_ = 0;
};

}  // namespace howdah::hdfs
