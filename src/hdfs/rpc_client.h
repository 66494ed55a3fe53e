#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "hdfs/client_options.h"
#include "hdfs/pacing.h"
#include "hdfs/remote_exception.h"
#include "hdfs/rpc_connection.h"

namespace howdah::hdfs {

/// What a call does, which decides what a lost answer means.
enum class CallEffect {
  kNone,        ///< only looks
  kRepeatable,  ///< changes something; done twice it is as if done once
  kOnce,        ///< must not happen twice: the NameNode's retry cache sees to it
};

/// How connections are made; tests hand in their own.
using OpenConnection = std::function<Result<std::shared_ptr<RpcConnection>>(
    const NamenodeAddress&, const ClientOptions&, const std::string& client_id)>;

/// Calls to the NameNodes of one service, of which one is active.
///
/// Failover is Java's (RetryPolicies.java, FailoverOnNetworkExceptionRetry): a standby or
/// a connection that fails leads to the other NameNode, with a growing wait, up to
/// options.failover_attempts; a NameNode that asks for patience is asked again. Where
/// there is only one NameNode, connecting is tried options.connect_retries times.
///
/// A call keeps one call id over all its tries, and the process one client id, so that
/// the NameNodes' retry cache lets it have one effect. Thread-safe.
class RpcClient {
 public:
  explicit RpcClient(ClientOptions options, Pacing& pacing = Pacing::System(),
                     OpenConnection open = OpenRpcConnection);
  ~RpcClient();

  /// \param what  for messages: "create /a/b".
  /// \return the answer's message. When the tries are used up: CommitStateUnknown if the
  ///   call changes something and a try may have been acted on; Transient otherwise. An
  ///   exception of Java's that is final: as remote_exception.h says.
  /// `*java_class`, if given, is that exception's class.
  Result<std::string> Call(std::string_view method, std::string_view request,
                           CallEffect effect, std::string_view what,
                           std::string* java_class = nullptr);
  /// Call, for what the caller itself repeats now and then: each NameNode is tried once,
  /// and the first one again.
  Result<std::string> CallBriefly(std::string_view method, std::string_view request,
                                  CallEffect effect, std::string_view what);

  const ClientOptions& options() const { return options_; }

 private:
  class Slot;
  class Course;
  enum class Next { kOther, kSame, kConnectTimedOut };

  Result<std::string> CallUpTo(int most_tries, std::string_view method,
                               std::string_view request, CallEffect effect,
                               std::string_view what, std::string* java_class);
  CallOutcome TryOnce(size_t index, const CallIdentity& identity, std::string_view method,
                      std::string_view request, Next* next);
  /// False: the tries are used up.
  bool WaitForNextTry(Course* course, size_t index, Next next);
  Status Failure(const Course& course, std::string_view what) const;

  const ClientOptions options_;
  Pacing& pacing_;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace howdah::hdfs
