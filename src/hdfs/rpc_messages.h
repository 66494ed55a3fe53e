#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace howdah::hdfs {

/// The frames of Hadoop's RPC, version 9, without their outer length.
/// Source: RpcHeader.proto, IpcConnectionContext.proto, ProtobufRpcEngine2.proto, and
/// Client.java, Server.java of Hadoop 3.5.0.

/// The protocols that NameNodes and DataNodes speak with clients.
inline constexpr std::string_view kClientProtocol =
    "org.apache.hadoop.hdfs.protocol.ClientProtocol";
inline constexpr std::string_view kClientDatanodeProtocol =
    "org.apache.hadoop.hdfs.protocol.ClientDatanodeProtocol";

/// Call ids that are not calls.
inline constexpr int32_t kContextCallId = -3, kPingCallId = -4;

/// Which call this is: what the NameNode's retry cache knows it by.
struct CallIdentity {
  std::string client_id;  ///< 16 bytes
  int32_t call_id = 0;
  int32_t retry_count = 0;
};

/// What a client says first, before any frame: "hrpc", version 9, service class 0, no
/// SASL.
std::string ConnectionPreamble();
/// The first frame: who calls, and which protocol.
std::string EncodeContext(const std::string& client_id, const std::string& user,
                          std::string_view protocol = kClientProtocol);
std::string EncodeCall(const CallIdentity& identity, std::string_view method,
                       std::string_view request,
                       std::string_view protocol = kClientProtocol);
std::string EncodePing(const std::string& client_id);

/// One reply. An exception's text is Java's, of any length.
struct RpcReply {
  enum class Status { kSuccess, kError, kFatal };
  int32_t call_id = 0;
  Status status = Status::kSuccess;
  std::string exception_class;
  std::string exception_text;
  std::string body;  ///< the answer's message, of kSuccess
};

/// Corruption: the frame is no reply.
Result<RpcReply> DecodeReply(std::string_view frame);

}  // namespace howdah::hdfs
