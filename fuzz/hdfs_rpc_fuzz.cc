// A connection to a NameNode: any stream of frames answers its calls, or ends it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "hdfs/rpc_connection.h"
#include "quiet_log.h"
#include "socket_fuzz.h"

namespace {

using namespace howdah;
using namespace howdah::hdfs;

constexpr int32_t kCallId = 7;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input(data, size);
  const std::string_view answer = input.Rest();
  const CallIdentity identity{.client_id = std::string(16, 'c'), .call_id = kCallId};
  ClientOptions options;
  options.user = "somebody";
  options.response_limit_bytes = 1 << 20;
  FuzzConnection connection;
  const auto rpc =
      OpenRpcConnectionOver(connection.TakeSocket(), options, identity.client_id);
  if (!rpc.ok()) Broken(rpc.status().message());
  // The peer answers once the whole call is there, so that somebody waits for it.
  const size_t said = ConnectionPreamble().size() + 4 +
                      EncodeContext(identity.client_id, options.user).size() + 4 +
                      EncodeCall(identity, "getStats", "").size();
  std::thread peer([&] {
    connection.Hear(said);
    connection.Say(answer);
    connection.End();
  });
  const CallOutcome outcome = (*rpc)->Call(identity, "getStats", "");
  peer.join();
  if (outcome.kind == CallOutcome::Kind::kReply) {
    if (outcome.reply.status != RpcReply::Status::kFatal &&
        outcome.reply.call_id != kCallId) {
      Broken("the answer to another call");
    }
  } else if (outcome.error.ok()) {
    Broken("no answer, and no reason");
  }
  CallIdentity next = identity;
  next.call_id = kCallId + 1;
  static_cast<void>((*rpc)->Call(next, "getStats", ""));
  return 0;
}
