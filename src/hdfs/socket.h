#pragma once

#include <sys/uio.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/status.h"

namespace howdah::hdfs {

/// A TCP connection with a time limit on every wait. Reading from one thread and writing
/// from another at the same time is safe; Shutdown is safe from any thread.
/// Every failure, the peer's end of stream included, is Transient and names the peer.
class Socket {
 public:
  Socket() = default;
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;

  /// `host`: a name or an address, IPv4 or IPv6; each of its addresses is tried in turn,
  /// each for up to `timeout`. TCP_NODELAY and keep-alive are on. Reads and writes wait
  /// for up to `timeout` until set_timeouts says otherwise.
  static Result<Socket> Connect(const std::string& host, uint16_t port,
                                std::chrono::milliseconds timeout);
  /// Own `descriptor`, a connected stream socket. Waits have no limit yet.
  static Socket Adopt(int descriptor, std::string peer);

  /// Wait at most this long for the peer in each read and each write from now on: the
  /// limit starts anew with every byte that comes or goes. 0: no limit.
  void set_timeouts(std::chrono::milliseconds read, std::chrono::milliseconds write);

  /// Asked each time that a wait for reading reaches its limit, with the time for which
  /// nothing came: true waits once more. So a slow peer can be told from a dead one.
  using KeepWaiting = std::function<bool(std::chrono::milliseconds waited)>;
  void set_keep_waiting(KeepWaiting keep_waiting);

  /// All of the parts, in order. `parts` is used up as scratch space.
  Status Write(std::span<iovec> parts);
  Status Write(std::span<const std::byte> bytes);
  /// As much as can go now, without waiting; `*parts` shrinks to what is left.
  Status WriteNow(std::span<iovec>* parts);
  /// Fill `out` whole.
  Status ReadExactly(std::span<std::byte> out);
  /// Fill all of the parts, in order. `parts` is used up as scratch space.
  Status ReadExactly(std::span<iovec> parts);
  /// At least one byte, as many as are there. 0: the peer has ended the stream.
  Result<size_t> ReadSome(std::span<std::byte> out);
  /// poll(2) finds the connection readable once so many bytes are there, or at its end.
  void WakeAfter(size_t bytes) noexcept;
  /// What is there now, without waiting; 0 with `*ended` false: nothing.
  Result<size_t> ReadNow(std::span<std::byte> out, bool* ended);

  /// Wake whoever waits, with an error; the descriptor stays until the destructor.
  void Shutdown() noexcept;

  const std::string& peer() const { return peer_; }  ///< "host:port", for people
  int descriptor() const { return descriptor_; }     ///< for poll(2); -1: not connected

 private:
  Status Failed(const char* doing, int error) const;
  bool MayReadAgain(int error, std::chrono::milliseconds* waited) const;

  int descriptor_ = -1;
  std::string peer_;
  std::chrono::milliseconds read_timeout_{0};
  std::chrono::milliseconds write_timeout_{0};
  KeepWaiting keep_waiting_;
  size_t wake_after_ = 1;
};

}  // namespace howdah::hdfs
