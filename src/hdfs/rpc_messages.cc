#include "hdfs/rpc_messages.h"

#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

#include "hdfs/message_reader.h"

namespace howdah::hdfs {
namespace {

using protozero::pbf_writer;

void AppendDelimited(std::string_view message, std::string* out) {
  protozero::add_varint_to_buffer(out, message.size());
  out->append(message);
}

std::string EncodeHeader(const CallIdentity& identity) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_enum(1, 2);  // RPC_PROTOCOL_BUFFER
  writer.add_enum(2, 0);  // RPC_FINAL_PACKET
  writer.add_sint32(3, identity.call_id);
  writer.add_bytes(4, identity.client_id);
  writer.add_sint32(5, identity.retry_count);
  return bytes;
}

// The next varint-delimited part of `*rest`.
std::string_view TakeDelimited(std::string_view* rest) {
  const char* at = rest->data();
  const char* const end = at + rest->size();
  const uint64_t length = protozero::decode_varint(&at, end);
  if (length > static_cast<uint64_t>(end - at)) {
    throw BadMessage{
        fmt::format("a part claims {} bytes where {} are left", length, end - at)};
  }
  const std::string_view part(at, length);
  *rest = {at + length, static_cast<size_t>(end - at) - length};
  return part;
}

RpcReply ReadHeader(MessageReader reader) {
  RpcReply reply;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        // A uint32 that Java writes from an int: negative for what is no call.
        reply.call_id = reader.Int32();
        break;
      case 2:
        switch (const int32_t status = reader.Int32()) {
          case 0:
          case 1:
          case 2:
            reply.status = static_cast<RpcReply::Status>(status);
            break;
          default:
            throw BadMessage{fmt::format("status {} is unknown", status)};
        }
        break;
      case 4:
        reply.exception_class = reader.Text();
        break;
      case 5:
        reply.exception_text = reader.Text();
        break;
    }
  }
  reader.Require({1, 2});
  return reply;
}

}  // namespace

std::string ConnectionPreamble() { return std::string("hrpc\x09\x00\x00", 7); }

std::string EncodeContext(const std::string& client_id, const std::string& user,
                          std::string_view protocol) {
  std::string user_information, context, frame;
  pbf_writer(user_information).add_string(1, user);
  pbf_writer writer(context);
  writer.add_message(2, user_information);
  writer.add_string(3, protocol.data(), protocol.size());
  AppendDelimited(
      EncodeHeader(
          {.client_id = client_id, .call_id = kContextCallId, .retry_count = -1}),
      &frame);
  AppendDelimited(context, &frame);
  return frame;
}

std::string EncodeCall(const CallIdentity& identity, std::string_view method,
                       std::string_view request, std::string_view protocol) {
  std::string header, frame;
  pbf_writer writer(header);
  writer.add_string(1, method.data(), method.size());
  writer.add_string(2, protocol.data(), protocol.size());
  writer.add_uint64(3, 1);
  AppendDelimited(EncodeHeader(identity), &frame);
  AppendDelimited(header, &frame);
  AppendDelimited(request, &frame);
  return frame;
}

std::string EncodePing(const std::string& client_id) {
  std::string frame;
  AppendDelimited(
      EncodeHeader({.client_id = client_id, .call_id = kPingCallId, .retry_count = -1}),
      &frame);
  return frame;
}

Result<RpcReply> DecodeReply(std::string_view frame) {
  try {
    std::string_view rest = frame;
    RpcReply reply =
        ReadHeader(MessageReader("RpcResponseHeaderProto", TakeDelimited(&rest)));
    if (reply.status == RpcReply::Status::kSuccess) reply.body = TakeDelimited(&rest);
    return reply;
  } catch (const BadMessage& bad) {
    return Error(ErrorKind::kCorruption, "the reply cannot be read: {}", bad.why);
  } catch (const protozero::exception& bad) {
    return Error(ErrorKind::kCorruption, "the reply cannot be read: {}", bad.what());
  }
}

}  // namespace howdah::hdfs
