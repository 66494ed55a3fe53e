#include "hdfs/transfer_messages.h"

#include <fmt/format.h>

#include <protozero/pbf_writer.hpp>

#include "hdfs/block_messages.h"
#include "hdfs/message_reader.h"

namespace howdah::hdfs {
namespace {

using protozero::pbf_writer;

enum class Operation : char {
  kWrite = 80,
  kRead = 81,
  kBlockChecksum = 85,
  kTransfer = 86
};

std::string WithLength(const std::string& message) {
  std::string bytes;
  protozero::add_varint_to_buffer(&bytes, message.size());
  return bytes + message;
}

std::string Frame(Operation operation, const std::string& message) {
  constexpr char kVersion = 28;  // DataTransferProtocol.java, DATA_TRANSFER_VERSION
  return std::string{'\0', kVersion, static_cast<char>(operation)} + WithLength(message);
}

std::string BaseHeader(const ExtendedBlock& block, const Token& token) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_message(1, EncodeExtendedBlock(block));
  writer.add_message(2, EncodeToken(token));
  return bytes;
}

std::string ClientHeader(const ExtendedBlock& block, const Token& token,
                         std::string_view client_name) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_message(1, BaseHeader(block, token));
  writer.add_string(2, client_name.data(), client_name.size());
  return bytes;
}

ChecksumFormat ReadChecksum(MessageReader reader) {
  ChecksumFormat format;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        format.type = static_cast<ChecksumType>(reader.Int32());
        break;
      case 2:
        format.chunk_bytes = reader.Uint32();
        break;
    }
  }
  reader.Require({1, 2});
  return format;
}

void ReadChecksumInfo(MessageReader reader, BlockOpResponse* response) {
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        response->checksum = ReadChecksum(reader.Message("ChecksumProto"));
        break;
      case 2:
        response->chunk_offset = reader.Uint64();
        break;
    }
  }
  reader.Require({1, 2});
}

void ReadBlockChecksum(MessageReader reader, BlockOpResponse* response) {
  while (reader.Next()) {
    switch (reader.field()) {
      case 3:
        response->block_checksum = reader.Text();
        break;
      case 4:
        response->crc_type = static_cast<ChecksumType>(reader.Int32());
        break;
    }
  }
  reader.Require({3});
}

}  // namespace

std::string EncodeWriteBlock(const WriteBlockRequest& request) {
  std::string checksum;
  {
    pbf_writer writer(checksum);
    writer.add_enum(1, static_cast<int32_t>(request.checksum.type));
    writer.add_uint32(2, request.checksum.chunk_bytes);
  }
  const BlockLocation& first = request.pipeline.front();
  const auto others = request.pipeline.subspan(1);
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_message(1, ClientHeader(request.block, *request.token, request.client_name));
  for (const auto& target : others) writer.add_message(2, target.node.message);
  writer.add_enum(4, static_cast<int32_t>(request.stage));
  writer.add_uint32(5, static_cast<uint32_t>(request.pipeline.size()));
  writer.add_uint64(6, request.acked_bytes);
  writer.add_uint64(7, request.sent_bytes);
  writer.add_uint64(8, request.new_generation_stamp);
  writer.add_message(9, checksum);
  writer.add_enum(11, static_cast<int32_t>(first.storage_type));
  for (const auto& target : others) {
    writer.add_enum(12, static_cast<int32_t>(target.storage_type));
  }
  writer.add_string(16, first.storage_id);
  for (const auto& target : others) writer.add_string(17, target.storage_id);
  return Frame(Operation::kWrite, bytes);
}

std::string EncodeReadBlock(const ExtendedBlock& block, const Token& token,
                            std::string_view client_name, uint64_t offset,
                            uint64_t length) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_message(1, ClientHeader(block, token, client_name));
  writer.add_uint64(2, offset);
  writer.add_uint64(3, length);
  return Frame(Operation::kRead, bytes);
}

std::string EncodeTransferBlock(const ExtendedBlock& block, const Token& token,
                                std::string_view client_name,
                                const BlockLocation& target) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_message(1, ClientHeader(block, token, client_name));
  writer.add_message(2, target.node.message);
  writer.add_enum(3, static_cast<int32_t>(target.storage_type));
  writer.add_string(4, target.storage_id);
  return Frame(Operation::kTransfer, bytes);
}

std::string EncodeBlockChecksum(const ExtendedBlock& block, const Token& token) {
  constexpr int32_t kCompositeCrc = 2;  // hdfs.proto, BlockChecksumTypeProto
  std::string options;
  pbf_writer(options).add_enum(1, kCompositeCrc);
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_message(1, BaseHeader(block, token));
  writer.add_message(2, options);
  return Frame(Operation::kBlockChecksum, bytes);
}

std::string EncodeReadStatus(TransferStatus status) {
  std::string bytes;
  pbf_writer(bytes).add_enum(1, static_cast<int32_t>(status));
  return WithLength(bytes);
}

Result<BlockOpResponse> DecodeBlockOpResponse(std::string_view peer,
                                              std::string_view bytes) {
  const std::string what = fmt::format("the answer of {}", peer);
  return Decode(what, "BlockOpResponseProto", bytes, [](MessageReader reader) {
    BlockOpResponse response;
    while (reader.Next()) {
      switch (reader.field()) {
        case 1:
          response.status = static_cast<TransferStatus>(reader.Int32());
          break;
        case 2:
          response.first_bad_link = reader.Text();
          break;
        case 3:
          ReadBlockChecksum(reader.Message("OpBlockChecksumResponseProto"), &response);
          break;
        case 4:
          ReadChecksumInfo(reader.Message("ReadOpChecksumInfoProto"), &response);
          break;
        case 5:
          response.message = reader.Text();
          break;
      }
    }
    reader.Require({1});
    return response;
  });
}

}  // namespace howdah::hdfs
