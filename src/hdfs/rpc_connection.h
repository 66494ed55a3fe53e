#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"
#include "hdfs/client_options.h"
#include "hdfs/rpc_messages.h"
#include "hdfs/socket.h"

namespace howdah::hdfs {

/// What became of one call on one connection.
struct CallOutcome {
  enum class Kind {
    kReply,         ///< the server answered: `reply`, a success or Java's exception
    kNotSent,       ///< the request did not leave whole: the server cannot have acted
    kLost,          ///< it left, and no answer came: the server may have acted or not
    kNotANamenode,  ///< what answers there speaks something else: no use to try again
  };
  Kind kind = Kind::kNotSent;
  RpcReply reply;
  Status error;  ///< of all but kReply

  static CallOutcome Replied(RpcReply reply) {
    return {.kind = Kind::kReply, .reply = std::move(reply), .error = {}};
  }
  static CallOutcome NotSent(Status error) {
    return {.kind = Kind::kNotSent, .reply = {}, .error = std::move(error)};
  }
  static CallOutcome Lost(Status error) {
    return {.kind = Kind::kLost, .reply = {}, .error = std::move(error)};
  }
  static CallOutcome NotANamenode(Status error) {
    return {.kind = Kind::kNotANamenode, .reply = {}, .error = std::move(error)};
  }
};

/// One TCP connection to a NameNode: any number of calls in flight, from any threads,
/// answered in any order. Once broken it stays broken. Thread-safe.
class RpcConnection {
 public:
  virtual ~RpcConnection() = default;

  /// Send one call and wait for its answer, options.rpc_timeout at most.
  virtual CallOutcome Call(const CallIdentity& identity, std::string_view method,
                           std::string_view request) = 0;
  /// False: new calls on it would fail.
  virtual bool usable() const = 0;
};

/// Connect, and say who calls. Transient: nobody answers there.
/// While calls wait and nothing comes, pings go out each options.ping_interval.
Result<std::shared_ptr<RpcConnection>> OpenRpcConnection(const NamenodeAddress& address,
                                                         const ClientOptions& options,
                                                         const std::string& client_id);
/// The same over `socket`, which is connected to a NameNode.
Result<std::shared_ptr<RpcConnection>> OpenRpcConnectionOver(
    Socket socket, const ClientOptions& options, const std::string& client_id);
/// The same to a DataNode, at the address of its RPC.
Result<std::shared_ptr<RpcConnection>> OpenDatanodeRpcConnection(
    const NamenodeAddress& address, const ClientOptions& options,
    const std::string& client_id);

}  // namespace howdah::hdfs
