#pragma once

// What the programs for things that read from a socket share.

#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "fuzz_input.h"
#include "hdfs/socket.h"

namespace howdah::hdfs {

/// Two ends of a connection without a network: one for the code, one for its peer.
class FuzzConnection {
 public:
  FuzzConnection() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
    socket_ = Socket::Adopt(ends[0], "fuzz:1");
    // Nobody waits that long: the peer says all, then it ends.
    socket_.set_timeouts(std::chrono::seconds(10), std::chrono::seconds(10));
    peer_ = ends[1];
  }
  ~FuzzConnection() { close(peer_); }
  FuzzConnection(const FuzzConnection&) = delete;
  FuzzConnection& operator=(const FuzzConnection&) = delete;

  Socket TakeSocket() { return std::move(socket_); }

  /// The peer says `bytes`, which the kernel has room for.
  void Say(std::string_view bytes) const {
    const ssize_t sent =
        send(peer_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(bytes.size()) && !bytes.empty()) {
      Broken("the connection took too little");
    }
  }
  /// The peer listens until it has heard so many bytes.
  void Hear(size_t bytes) const {
    char buffer[4096];
    while (bytes > 0) {
      const ssize_t got = recv(peer_, buffer, std::min(bytes, sizeof buffer), 0);
      if (got <= 0) return;
      bytes -= static_cast<size_t>(got);
    }
  }
  /// The peer says no more.
  void End() const { shutdown(peer_, SHUT_WR); }

 private:
  Socket socket_;
  int peer_ = -1;
};

}  // namespace howdah::hdfs
