#include "hdfs/rpc_connection.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_map>
#include <vector>

namespace howdah::hdfs {
namespace {

using std::chrono::milliseconds;

std::array<char, 4> BigEndian(size_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

iovec Part(std::string_view bytes) {
  return {.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
}

class TcpRpcConnection final : public RpcConnection {
 public:
  TcpRpcConnection(std::string_view protocol, Socket socket, ClientOptions options,
                   std::string client_id)
      : protocol_(protocol),
        socket_(std::move(socket)),
        options_(std::move(options)),
        client_id_(std::move(client_id)),
        reader_([this] { ReadReplies(); }) {}

  ~TcpRpcConnection() override {
    socket_.Shutdown();
    reader_.join();
  }

  CallOutcome Call(const CallIdentity& identity, std::string_view method,
                   std::string_view request) override {
    Waiting waiting;
    {
      const std::scoped_lock lock(mutex_);
      if (broken_) return BrokenBefore();
      waiting_.emplace(identity.call_id, &waiting);
    }
    const Status sent = WriteFrame(EncodeCall(identity, method, request, protocol_));
    // The reader finds the end, and perhaps what the peer has said before it.
    if (!sent.ok()) socket_.Shutdown();
    std::unique_lock lock(mutex_);
    const auto answered = [&] { return waiting.done; };
    if (!sent.ok() || options_.rpc_timeout.count() <= 0) {
      waiting.wake.wait(lock, answered);
    } else if (!waiting.wake.wait_for(lock, options_.rpc_timeout, answered)) {
      waiting_.erase(identity.call_id);
      broken_ = true;  // for new calls; those in flight have their own time
      breakage_ = CallOutcome::Lost(
          Error(ErrorKind::kTransient, "no answer within {:g} s",
                std::chrono::duration<double>(options_.rpc_timeout).count()));
      return breakage_;
    }
    if (!sent.ok() && waiting.outcome.kind == CallOutcome::Kind::kLost) {
      return CallOutcome::NotSent(sent);
    }
    return std::move(waiting.outcome);
  }

  bool usable() const override {
    const std::scoped_lock lock(mutex_);
    return !broken_;
  }

 private:
  struct Waiting {
    std::condition_variable wake;
    bool done = false;
    CallOutcome outcome;
  };

  Status WriteFrame(std::string_view frame) {
    const std::scoped_lock lock(write_mutex_);
    const std::array<char, 4> length = BigEndian(frame.size());
    std::array<iovec, 2> parts{Part({length.data(), length.size()}), Part(frame)};
    return socket_.Write(parts);
  }

  // What a call gets that comes after the end. mutex_ is held.
  CallOutcome BrokenBefore() const {
    CallOutcome outcome = breakage_;
    if (outcome.kind == CallOutcome::Kind::kLost) {
      outcome.kind = CallOutcome::Kind::kNotSent;
    }
    return outcome;
  }

  // All who wait get `outcome`; nobody can call any more. mutex_ is held.
  void Break(CallOutcome outcome) {
    broken_ = true;
    breakage_ = std::move(outcome);
    for (auto& [id, waiting] : waiting_) {
      waiting->outcome = breakage_;
      waiting->done = true;
      waiting->wake.notify_one();
    }
    waiting_.clear();
  }

  // The reader thread.
  void ReadReplies() {
    CallOutcome end;
    while (WaitForBytes() && ReadReply(&end)) {
    }
    if (end.error.ok() && end.kind != CallOutcome::Kind::kReply) {
      end = CallOutcome::Lost(ClosedByPeer());
    }
    socket_.Shutdown();
    const std::scoped_lock lock(mutex_);
    Break(std::move(end));
  }

  // False: the connection is at its end.
  bool WaitForBytes() {
    while (true) {
      pollfd wait{.fd = socket_.descriptor(), .events = POLLIN, .revents = 0};
      const auto limit = std::clamp<milliseconds::rep>(options_.ping_interval.count(), 1,
                                                       std::numeric_limits<int>::max());
      const int ready = poll(&wait, 1, static_cast<int>(limit));
      if (ready > 0) return true;
      if (ready < 0 && errno != EINTR) return false;
      if (ready == 0 && AnyoneWaits() && !WriteFrame(EncodePing(client_id_)).ok()) {
        return false;
      }
    }
  }

  bool AnyoneWaits() const {
    const std::scoped_lock lock(mutex_);
    return !waiting_.empty();
  }

  // One frame. False: the connection is at its end; `*end` says why if that is known.
  bool ReadReply(CallOutcome* end) {
    std::array<std::byte, 4> prefix{};
    bool ended = false;
    const Result<size_t> first = socket_.ReadNow(std::span(prefix).first(1), &ended);
    if (!first.ok()) {
      *end = CallOutcome::Lost(first.status());
      return false;
    }
    if (*first == 0) return !ended;
    Status read = socket_.ReadExactly(std::span(prefix).subspan(*first));
    size_t length = 0;
    for (const std::byte byte : prefix) {
      length = length << 8 | std::to_integer<size_t>(byte);
    }
    if (read.ok() && (length == 0 || length > options_.response_limit_bytes)) {
      *end = NoHadoopFrame(prefix, length);
      return false;
    }
    if (read.ok()) {
      frame_.resize(length);
      read = socket_.ReadExactly(std::as_writable_bytes(std::span(frame_)));
    }
    if (!read.ok()) {
      *end = CallOutcome::Lost(read);
      return false;
    }
    Result<RpcReply> reply = DecodeReply({frame_.data(), frame_.size()});
    if (!reply.ok()) {
      const Status bad = WithContext(reply.status(), socket_.peer());
      *end = answered_ ? CallOutcome::Lost(bad) : CallOutcome::NotANamenode(bad);
      return false;
    }
    // One large reply must not hold its memory for good.
    if (frame_.capacity() > kKeptFrameBytes) std::vector<char>().swap(frame_);
    return Deliver(std::move(*reply), end);
  }

  bool Deliver(RpcReply reply, CallOutcome* end) {
    const bool fatal = reply.status == RpcReply::Status::kFatal;
    const std::scoped_lock lock(mutex_);
    const auto found = waiting_.find(reply.call_id);
    if (found == waiting_.end()) {
      if (!fatal) return true;  // its caller has given up
      // The connection is refused: an answer to all, unless some were served before.
      *end = answered_ ? CallOutcome::Lost(ClosedByPeer())
                       : CallOutcome::Replied(std::move(reply));
      return false;
    }
    Waiting* const waiting = found->second;
    waiting_.erase(found);
    answered_ = answered_ || !fatal;
    waiting->outcome = CallOutcome::Replied(std::move(reply));
    waiting->done = true;
    waiting->wake.notify_one();
    return !fatal;
  }

  CallOutcome NoHadoopFrame(std::span<const std::byte> prefix, size_t length) const {
    const std::string_view text(reinterpret_cast<const char*>(prefix.data()),
                                prefix.size());
    if (text == "HTTP" || text == "http") {
      return CallOutcome::NotANamenode(
          Error(ErrorKind::kInvalidInput,
                "{} is an HTTP server; a NameNode's RPC port is asked for, often "
                "8020 or 9000",
                socket_.peer()));
    }
    if (!answered_) {
      return CallOutcome::NotANamenode(
          Error(ErrorKind::kInvalidInput,
                "{} is no NameNode: it does not speak Hadoop's RPC", socket_.peer()));
    }
    return CallOutcome::Lost(Error(ErrorKind::kCorruption,
                                   "{} announced a reply of {} bytes; the limit is {} "
                                   "(ipc.maximum.response.length)",
                                   socket_.peer(), length,
                                   options_.response_limit_bytes));
  }

  Status ClosedByPeer() const {
    return answered_ ? Error(ErrorKind::kTransient, "the connection was closed")
                     : Error(ErrorKind::kTransient,
                             "the connection was closed without an answer; is it a "
                             "NameNode's RPC port?");
  }

  static constexpr size_t kKeptFrameBytes = size_t{1} << 20;

  const std::string_view protocol_;  ///< one of rpc_messages.h
  Socket socket_;
  const ClientOptions options_;
  const std::string client_id_;

  std::mutex write_mutex_;  ///< one frame at a time on the socket
  mutable std::mutex mutex_;
  std::unordered_map<int32_t, Waiting*> waiting_;
  bool broken_ = false;
  bool answered_ = false;  ///< one good reply at least has come
  CallOutcome breakage_;   ///< why broken_

  std::vector<char> frame_;  ///< the reader thread's own
  std::thread reader_;       ///< last: starts when the rest stands
};

Result<std::shared_ptr<RpcConnection>> OpenOver(std::string_view protocol, Socket socket,
                                                const ClientOptions& options,
                                                const std::string& client_id) {
  socket.set_timeouts(options.rpc_timeout, options.rpc_timeout);
  const std::string preamble = ConnectionPreamble();
  const std::string context = EncodeContext(client_id, options.user, protocol);
  const std::array<char, 4> length = BigEndian(context.size());
  std::array<iovec, 3> parts{Part(preamble), Part({length.data(), length.size()}),
                             Part(context)};
  HOWDAH_RETURN_IF_ERROR(socket.Write(parts));
  return std::make_shared<TcpRpcConnection>(protocol, std::move(socket), options,
                                            client_id);
}

Result<std::shared_ptr<RpcConnection>> OpenFor(std::string_view protocol,
                                               const NamenodeAddress& address,
                                               const ClientOptions& options,
                                               const std::string& client_id) {
  HOWDAH_ASSIGN_OR_RETURN(Socket socket, Socket::Connect(address.host, address.port,
                                                         options.connect_timeout));
  return OpenOver(protocol, std::move(socket), options, client_id);
}

}  // namespace

Result<std::shared_ptr<RpcConnection>> OpenRpcConnection(const NamenodeAddress& address,
                                                         const ClientOptions& options,
                                                         const std::string& client_id) {
  return OpenFor(kClientProtocol, address, options, client_id);
}

Result<std::shared_ptr<RpcConnection>> OpenRpcConnectionOver(
    Socket socket, const ClientOptions& options, const std::string& client_id) {
  return OpenOver(kClientProtocol, std::move(socket), options, client_id);
}

Result<std::shared_ptr<RpcConnection>> OpenDatanodeRpcConnection(
    const NamenodeAddress& address, const ClientOptions& options,
    const std::string& client_id) {
  return OpenFor(kClientDatanodeProtocol, address, options, client_id);
}

}  // namespace howdah::hdfs
