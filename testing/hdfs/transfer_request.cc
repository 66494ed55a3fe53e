#include "testing/hdfs/transfer_request.h"

#include <array>
#include <protozero/pbf_writer.hpp>
#include <span>

#include "hdfs/block_messages.h"
#include "hdfs/checksum.h"
#include "hdfs/datanode_connection.h"
#include "hdfs/message_reader.h"

namespace howdah::hdfs {
namespace {

using protozero::pbf_writer;

void ReadBaseHeader(MessageReader reader, TransferRequest* request) {
  while (reader.Next()) {
    if (reader.field() == 1) request->block = ReadExtendedBlock(reader.Message("block"));
    if (reader.field() == 2) request->token = ReadToken(reader.Message("token"));
  }
}

void ReadClientHeader(MessageReader reader, TransferRequest* request) {
  while (reader.Next()) {
    if (reader.field() == 1) ReadBaseHeader(reader.Message("base"), request);
    if (reader.field() == 2) request->client_name = reader.Text();
  }
}

TransferRequest ReadFields(int operation, MessageReader reader) {
  TransferRequest request{.operation = operation};
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        if (operation == 85) {
          ReadBaseHeader(reader.Message("base"), &request);
        } else {
          ReadClientHeader(reader.Message("client"), &request);
        }
        break;
      case 2:
        if (operation == 80 || operation == 86) {
          const std::string_view bytes = reader.View();
          request.targets.push_back(
              {.node = ReadDatanodeInfo({"DatanodeInfoProto", bytes}, bytes),
               .storage_id = ""});
        } else if (operation == 81) {
          request.offset = reader.Uint64();
        }
        break;
      case 3:
        if (operation == 81) request.length = reader.Uint64();
        break;
      case 4:
        if (operation == 80) request.stage = static_cast<PipelineStage>(reader.Int32());
        break;
      case 5:
        if (operation == 80) request.pipeline_size = reader.Uint64();
        break;
      case 6:
        if (operation == 80) request.acked_bytes = reader.Uint64();
        break;
      case 7:
        if (operation == 80) request.sent_bytes = reader.Uint64();
        break;
      case 8:
        if (operation == 80) request.new_generation_stamp = reader.Uint64();
        break;
      default:
        break;
    }
  }
  return request;
}

Status SendMessage(Socket& socket, const std::string& message) {
  std::string bytes;
  protozero::add_varint_to_buffer(&bytes, message.size());
  return SendRequest(socket, bytes + message);
}

std::string ChecksumMessage() {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_enum(1, static_cast<int32_t>(ChecksumType::kCrc32c));
  writer.add_uint32(2, 512);
  return bytes;
}

}  // namespace

Result<TransferRequest> ReadRequest(Socket& socket) {
  std::array<std::byte, 3> head{};
  HOWDAH_RETURN_IF_ERROR(socket.ReadExactly(std::span<std::byte>(head)));
  if (head[0] != std::byte{0} || head[1] != std::byte{28}) {
    return Error(ErrorKind::kCorruption, "the version is not 28");
  }
  HOWDAH_ASSIGN_OR_RETURN(const std::string message, ReadDelimited(socket));
  return Decode("a request", "request", message, [&](MessageReader reader) {
    return ReadFields(static_cast<int>(head[2]), reader);
  });
}

Result<ReceivedPacket> ReadPacket(Socket& socket) {
  std::array<std::byte, kPacketPrefixBytes> head{};
  HOWDAH_RETURN_IF_ERROR(socket.ReadExactly(std::span<std::byte>(head)));
  HOWDAH_ASSIGN_OR_RETURN(const PacketPrefix prefix,
                          DecodePacketPrefix(socket.peer(), head));
  ReceivedPacket packet;
  packet.wire.assign(head.begin(), head.end());
  packet.wire.resize(head.size() + prefix.header_bytes + prefix.payload_bytes);
  const std::span<std::byte> rest = std::span(packet.wire).subspan(head.size());
  HOWDAH_RETURN_IF_ERROR(socket.ReadExactly(rest));
  HOWDAH_ASSIGN_OR_RETURN(
      packet.header,
      DecodePacketHeader(socket.peer(), {reinterpret_cast<const char*>(rest.data()),
                                         prefix.header_bytes}));
  const auto payload = rest.subspan(prefix.header_bytes);
  const size_t data_bytes = packet.header.data_bytes;
  if (payload.size() != data_bytes + ChecksumBytes({}, data_bytes)) {
    return Error(ErrorKind::kCorruption, "a packet's lengths disagree");
  }
  const auto data = payload.last(data_bytes);
  packet.data.assign(data.begin(), data.end());
  if (FirstBadChunk({}, data, payload.first(payload.size() - data_bytes)).has_value()) {
    return Error(ErrorKind::kCorruption, "a packet's checksum is wrong");
  }
  return packet;
}

Status SendAnswer(Socket& socket, const Answer& answer) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_enum(1, static_cast<int32_t>(answer.status));
  if (!answer.first_bad_link.empty()) writer.add_string(2, answer.first_bad_link);
  if (!answer.block_checksum.empty()) {
    std::string checksum;
    pbf_writer part(checksum);
    part.add_uint32(1, 512);
    part.add_uint64(2, 0);
    part.add_bytes(3, answer.block_checksum);
    part.add_enum(4, static_cast<int32_t>(ChecksumType::kCrc32c));
    writer.add_message(3, checksum);
  }
  if (answer.to_read) {
    std::string info;
    pbf_writer part(info);
    part.add_message(1, ChecksumMessage());
    part.add_uint64(2, answer.chunk_offset);
    writer.add_message(4, info);
  }
  if (!answer.message.empty()) writer.add_string(5, answer.message);
  return SendMessage(socket, bytes);
}

Status SendAck(Socket& socket, int64_t sequence,
               const std::vector<TransferStatus>& replies) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_sint64(1, sequence);
  std::vector<uint32_t> flags;
  for (const TransferStatus reply : replies) {
    writer.add_enum(2, static_cast<int32_t>(reply));
    flags.push_back(static_cast<uint32_t>(reply));
  }
  writer.add_packed_uint32(4, flags.begin(), flags.end());
  return SendMessage(socket, bytes);
}

}  // namespace howdah::hdfs
