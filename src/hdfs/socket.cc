#include "hdfs/socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <utility>

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;

// The socket blocks, with the kernel's own limit on each wait: one call moves all bytes.
timeval ToTimeval(milliseconds time) {
  const auto count = std::max<milliseconds::rep>(time.count(), 0);
  return {.tv_sec = count / 1000, .tv_usec = (count % 1000) * 1000};
}

std::string PeerName(const std::string& host, uint16_t port) {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

// A connection to a free port of the ephemeral range on the same machine can meet itself:
// TCP's simultaneous open. Source: NetUtils.java, connect.
bool IsConnectedToItself(int descriptor) {
  sockaddr_storage mine{}, theirs{};
  socklen_t my_size = sizeof mine, their_size = sizeof theirs;
  return getsockname(descriptor, reinterpret_cast<sockaddr*>(&mine), &my_size) == 0 &&
         getpeername(descriptor, reinterpret_cast<sockaddr*>(&theirs), &their_size) ==
             0 &&
         my_size == their_size && std::memcmp(&mine, &theirs, my_size) == 0;
}

// 0 or an errno.
int FinishConnect(int descriptor, milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    const auto left = std::chrono::duration_cast<milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd wait{.fd = descriptor, .events = POLLOUT, .revents = 0};
    const auto limit = std::clamp<milliseconds::rep>(left.count() + 1, 0,
                                                     std::numeric_limits<int>::max());
    const int ready = poll(&wait, 1, static_cast<int>(limit));
    if (ready == 0) return ETIMEDOUT;
    if (ready > 0) break;
    if (errno != EINTR) return errno;
  }
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  if (error == 0 && IsConnectedToItself(descriptor)) return ECONNREFUSED;
  return error;
}

// 0 or an errno.
int ConnectTo(int descriptor, const addrinfo& address, milliseconds timeout) {
  if (connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 &&
      errno != EINPROGRESS && errno != EINTR) {
    return errno;
  }
  if (const int error = FinishConnect(descriptor, timeout); error != 0) return error;
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) != 0) return errno;
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  return 0;
}

void SkipEmpty(std::span<iovec>* parts) {
  while (!parts->empty() && parts->front().iov_len == 0) *parts = parts->subspan(1);
}

msghdr MessageOf(std::span<iovec> parts) {
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = std::min<size_t>(parts.size(), IOV_MAX);
  return message;
}

// Take `count` bytes, of which there are as many, off the front of `parts`.
void Consume(size_t count, std::span<iovec>* parts) {
  while (count > 0) {
    iovec& part = parts->front();
    const size_t taken = std::min(count, part.iov_len);
    part.iov_base = static_cast<char*>(part.iov_base) + taken;
    part.iov_len -= taken;
    count -= taken;
    if (part.iov_len == 0) *parts = parts->subspan(1);
  }
}

std::string InSeconds(milliseconds time) {
  return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

}  // namespace

Socket::~Socket() {
  if (descriptor_ >= 0) close(descriptor_);
}

Socket::Socket(Socket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      peer_(std::move(other.peer_)),
      read_timeout_(other.read_timeout_),
      write_timeout_(other.write_timeout_),
      keep_waiting_(std::move(other.keep_waiting_)),
      wake_after_(other.wake_after_) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(peer_, other.peer_);
  std::swap(read_timeout_, other.read_timeout_);
  std::swap(write_timeout_, other.write_timeout_);
  std::swap(keep_waiting_, other.keep_waiting_);
  std::swap(wake_after_, other.wake_after_);
  return *this;
}

Socket Socket::Adopt(int descriptor, std::string peer) {
  Socket socket;
  socket.descriptor_ = descriptor;
  socket.peer_ = std::move(peer);
  return socket;
}

Result<Socket> Socket::Connect(const std::string& host, uint16_t port,
                               milliseconds timeout) {
  const std::string peer = PeerName(host, port);
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code =
      getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (code != 0) {
    return Error(ErrorKind::kTransient, "cannot find the address of {}: {}", peer,
                 code == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(code));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);
  int error = EADDRNOTAVAIL;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    Socket socket =
        Adopt(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
              peer);
    if (socket.descriptor_ < 0) {
      error = errno;
      continue;
    }
    error = ConnectTo(socket.descriptor_, *address, timeout);
    if (error == 0) {
      socket.set_timeouts(timeout, timeout);
      return socket;
    }
  }
  if (error == ETIMEDOUT) {
    return Error(ErrorKind::kTransient, "cannot connect to {}: no answer within {}", peer,
                 InSeconds(timeout));
  }
  return Error(ErrorKind::kTransient, "cannot connect to {}: {}", peer,
               std::strerror(error));
}

void Socket::set_timeouts(milliseconds read, milliseconds write) {
  read_timeout_ = read;
  write_timeout_ = write;
  const timeval reading = ToTimeval(read), writing = ToTimeval(write);
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &reading, sizeof reading);
  setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &writing, sizeof writing);
}

void Socket::set_keep_waiting(KeepWaiting keep_waiting) {
  keep_waiting_ = std::move(keep_waiting);
}

Status Socket::Failed(const char* doing, int error) const {
  if (error == 0) {
    return Error(ErrorKind::kTransient, "{} closed the connection", peer_);
  }
  if (error == EAGAIN || error == EWOULDBLOCK) {
    const bool reading = std::strcmp(doing, "reading from") == 0;
    return Error(ErrorKind::kTransient, "{} {} nothing within {}", peer_,
                 reading ? "sent" : "took",
                 InSeconds(reading ? read_timeout_ : write_timeout_));
  }
  return Error(ErrorKind::kTransient, "{} {}: {}", doing, peer_, std::strerror(error));
}

Status Socket::Write(std::span<iovec> parts) {
  while (true) {
    SkipEmpty(&parts);
    if (parts.empty()) return Status::OK();
    msghdr message = MessageOf(parts);
    const ssize_t sent = sendmsg(descriptor_, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) return Failed("writing to", errno);
    if (sent > 0) Consume(static_cast<size_t>(sent), &parts);
  }
}

Status Socket::WriteNow(std::span<iovec>* parts) {
  while (true) {
    SkipEmpty(parts);
    if (parts->empty()) return Status::OK();
    msghdr message = MessageOf(*parts);
    const ssize_t sent = sendmsg(descriptor_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) Consume(static_cast<size_t>(sent), parts);
    if (sent >= 0 || errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Status::OK();
    return Failed("writing to", errno);
  }
}

Status Socket::Write(std::span<const std::byte> bytes) {
  iovec part{.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
  return Write(std::span(&part, 1));
}

Status Socket::ReadExactly(std::span<std::byte> out) {
  iovec part{.iov_base = out.data(), .iov_len = out.size()};
  return ReadExactly(std::span(&part, 1));
}

Status Socket::ReadExactly(std::span<iovec> parts) {
  milliseconds waited{0};
  while (true) {
    SkipEmpty(&parts);
    if (parts.empty()) return Status::OK();
    msghdr message = MessageOf(parts);
    const ssize_t got = recvmsg(descriptor_, &message, MSG_WAITALL);
    if (got == 0) return Failed("reading from", 0);
    if (got > 0) {
      Consume(static_cast<size_t>(got), &parts);
      waited = milliseconds(0);
    } else if (const int error = errno; !MayReadAgain(error, &waited)) {
      return Failed("reading from", error);
    }
  }
}

Result<size_t> Socket::ReadSome(std::span<std::byte> out) {
  milliseconds waited{0};
  while (true) {
    const ssize_t got = recv(descriptor_, out.data(), out.size(), 0);
    if (got >= 0) return static_cast<size_t>(got);
    const int error = errno;
    if (!MayReadAgain(error, &waited)) return Failed("reading from", error);
  }
}

bool Socket::MayReadAgain(int error, milliseconds* waited) const {
  if (error == EINTR) return true;
  if ((error != EAGAIN && error != EWOULDBLOCK) || !keep_waiting_) return false;
  *waited += read_timeout_;
  return keep_waiting_(*waited);
}

void Socket::WakeAfter(size_t bytes) noexcept {
  if (bytes == wake_after_) return;
  const int low_water = static_cast<int>(bytes);
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVLOWAT, &low_water, sizeof low_water);
  wake_after_ = bytes;
}

Result<size_t> Socket::ReadNow(std::span<std::byte> out, bool* ended) {
  *ended = false;
  while (true) {
    const ssize_t got = recv(descriptor_, out.data(), out.size(), MSG_DONTWAIT);
    if (got > 0) return static_cast<size_t>(got);
    if (got == 0) {
      *ended = !out.empty();
      return size_t{0};
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return size_t{0};
    if (errno != EINTR) return Failed("reading from", errno);
  }
}

void Socket::Shutdown() noexcept {
  if (descriptor_ >= 0) shutdown(descriptor_, SHUT_RDWR);
}

}  // namespace howdah::hdfs
