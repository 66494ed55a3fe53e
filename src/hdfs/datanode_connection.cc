#include "hdfs/datanode_connection.h"

#include <fmt/format.h>

#include <span>

namespace howdah::hdfs {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kExtensionPerNode{5'000};  // HdfsConstants.java

milliseconds Extended(milliseconds limit, size_t nodes) {
  if (limit.count() <= 0) return milliseconds(0);
  return limit + kExtensionPerNode * static_cast<milliseconds::rep>(nodes);
}

}  // namespace

milliseconds ReadLimit(const ClientOptions& options, size_t nodes) {
  return Extended(options.socket_timeout, nodes);
}

milliseconds WriteLimit(const ClientOptions& options, size_t nodes) {
  return Extended(options.socket_write_timeout, nodes);
}

Result<Socket> ConnectDatanode(const ClientOptions& options, const DatanodeInfo& node) {
  const std::string& host =
      options.use_datanode_hostname ? node.host_name : node.ip_address;
  HOWDAH_ASSIGN_OR_RETURN(Socket socket,
                          Socket::Connect(host, static_cast<uint16_t>(node.transfer_port),
                                          options.datanode_connect_timeout));
  socket.set_timeouts(ReadLimit(options, 1), WriteLimit(options, 1));
  return socket;
}

Status SendRequest(Socket& socket, std::string_view request) {
  return socket.Write(std::as_bytes(std::span(request.data(), request.size())));
}

Result<std::string> ReadDelimited(Socket& socket) {
  constexpr uint64_t kLimit = 1 << 20;
  uint64_t length = 0;
  for (unsigned shift = 0;; shift += 7) {
    std::byte byte{};
    HOWDAH_RETURN_IF_ERROR(socket.ReadExactly(std::span(&byte, 1)));
    length |= static_cast<uint64_t>(byte & std::byte{0x7F}) << shift;
    if (length > kLimit || shift > 28) {
      return Error(ErrorKind::kCorruption,
                   "{} announces an answer of more than {} bytes: is it a DataNode?",
                   socket.peer(), kLimit);
    }
    if ((byte & std::byte{0x80}) == std::byte{0}) break;
  }
  std::string message(length, '\0');
  HOWDAH_RETURN_IF_ERROR(
      socket.ReadExactly(std::as_writable_bytes(std::span(message.data(), length))));
  return message;
}

Result<BlockOpResponse> ReadResponse(Socket& socket) {
  HOWDAH_ASSIGN_OR_RETURN(const std::string message, ReadDelimited(socket));
  return DecodeBlockOpResponse(socket.peer(), message);
}

Result<BlockOpResponse> ReadSuccess(Socket& socket, std::string_view doing) {
  HOWDAH_ASSIGN_OR_RETURN(BlockOpResponse response, ReadResponse(socket));
  if (response.status != TransferStatus::kSuccess) {
    return TransferError(response.status, doing, response.message);
  }
  return response;
}

}  // namespace howdah::hdfs
