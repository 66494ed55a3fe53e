#include "hdfs/block_messages.h"

#include <algorithm>
#include <limits>
#include <protozero/pbf_writer.hpp>

#include "hdfs/message_reader.h"

namespace howdah::hdfs {

using protozero::pbf_writer;

std::string EncodeExtendedBlock(const ExtendedBlock& block) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_string(1, block.pool_id);
  writer.add_uint64(2, block.block_id);
  writer.add_uint64(3, block.generation_stamp);
  writer.add_uint64(4, block.num_bytes);
  return bytes;
}

std::string EncodeToken(const Token& token) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_bytes(1, token.identifier);
  writer.add_bytes(2, token.password);
  writer.add_string(3, token.kind);
  writer.add_string(4, token.service);
  return bytes;
}

std::string EncodeLocatedBlock(const LocatedBlock& block) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_message(1, EncodeExtendedBlock(block.block));
  writer.add_uint64(2, block.offset);
  for (const BlockLocation& location : block.locations) {
    writer.add_message(3, location.node.message);
  }
  writer.add_bool(4, block.corrupt);
  writer.add_message(5, EncodeToken(block.token));
  for (const BlockLocation& location : block.locations) {
    writer.add_enum(7, static_cast<int32_t>(location.storage_type));
  }
  for (const BlockLocation& location : block.locations) {
    writer.add_string(8, location.storage_id);
  }
  return bytes;
}

ExtendedBlock ReadExtendedBlock(MessageReader reader) {
  ExtendedBlock block;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        block.pool_id = reader.Text();
        break;
      case 2:
        block.block_id = reader.Uint64();
        break;
      case 3:
        block.generation_stamp = reader.Uint64();
        break;
      case 4:
        block.num_bytes = reader.Uint64();
        break;
    }
  }
  reader.Require({1, 2, 3});
  return block;
}

Token ReadToken(MessageReader reader) {
  Token token;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        token.identifier = reader.Text();
        break;
      case 2:
        token.password = reader.Text();
        break;
      case 3:
        token.kind = reader.Text();
        break;
      case 4:
        token.service = reader.Text();
        break;
    }
  }
  reader.Require({1, 2, 3, 4});
  return token;
}

DatanodeInfo ReadDatanodeInfo(MessageReader reader, std::string_view bytes) {
  DatanodeInfo node;
  node.message = bytes;
  while (reader.Next()) {
    if (reader.field() != 1) continue;
    MessageReader id = reader.Message("DatanodeIDProto");
    while (id.Next()) {
      switch (id.field()) {
        case 1:
          node.ip_address = id.Text();
          break;
        case 2:
          node.host_name = id.Text();
          break;
        case 3:
          node.uuid = id.Text();
          break;
        case 4:
          node.transfer_port = id.Uint32();
          break;
        case 6:
          node.ipc_port = id.Uint32();
          break;
      }
    }
    id.Require({1, 2, 3, 4});
    if (const uint32_t port = std::max(node.transfer_port, node.ipc_port);
        port > std::numeric_limits<uint16_t>::max()) {
      throw BadMessage{fmt::format("a DataNode's port is {}", port)};
    }
  }
  reader.Require({1});
  return node;
}

LocatedBlock ReadLocatedBlock(MessageReader reader) {
  LocatedBlock block;
  std::vector<int32_t> storage_types;
  std::vector<std::string> storage_ids;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        block.block = ReadExtendedBlock(reader.Message("ExtendedBlockProto"));
        break;
      case 2:
        block.offset = reader.Uint64();
        break;
      case 3: {
        const std::string_view bytes = reader.View();
        block.locations.push_back(
            {.node = ReadDatanodeInfo({"DatanodeInfoProto", bytes}, bytes),
             .storage_type = StorageType::kDisk,
             .storage_id = ""});
        break;
      }
      case 4:
        block.corrupt = reader.Bool();
        break;
      case 5:
        block.token = ReadToken(reader.Message("TokenProto"));
        break;
      case 7:
        reader.AppendEnums(&storage_types);
        break;
      case 8:
        storage_ids.push_back(reader.Text());
        break;
    }
  }
  reader.Require({1, 2, 4, 5});
  // Either list may be missing, as from an old server, or else has one entry a location.
  for (size_t i = 0; i < block.locations.size(); ++i) {
    if (i < storage_types.size()) {
      block.locations[i].storage_type = static_cast<StorageType>(storage_types[i]);
    }
    if (i < storage_ids.size()) block.locations[i].storage_id = storage_ids[i];
  }
  return block;
}

LocatedBlocks ReadLocatedBlocks(MessageReader reader) {
  LocatedBlocks blocks;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        blocks.file_length = reader.Uint64();
        break;
      case 2:
        blocks.blocks.push_back(ReadLocatedBlock(reader.Message("LocatedBlockProto")));
        break;
      case 3:
        blocks.under_construction = reader.Bool();
        break;
      case 4:
        blocks.last_block = ReadLocatedBlock(reader.Message("LocatedBlockProto"));
        break;
      case 5:
        blocks.last_block_complete = reader.Bool();
        break;
      case 6:
        blocks.encrypted = true;
        break;
      case 7:
        blocks.erasure_coding_policy =
            ReadErasureCodingPolicy(reader.Message("ErasureCodingPolicyProto"));
        break;
    }
  }
  reader.Require({1, 3, 5});
  return blocks;
}

std::string ReadErasureCodingPolicy(MessageReader reader) {
  std::string name;
  uint32_t id = 0;
  while (reader.Next()) {
    if (reader.field() == 1) name = reader.Text();
    if (reader.field() == 4) id = reader.Uint32();
  }
  reader.Require({4});
  // Built-in policies come by number, without their name; 0 is plain replication.
  // Source: SystemErasureCodingPolicies.java.
  if (!name.empty() || id == 0) return name;
  static constexpr const char* kBuiltIn[] = {"RS-6-3-1024k", "RS-3-2-1024k",
                                             "RS-LEGACY-6-3-1024k", "XOR-2-1-1024k",
                                             "RS-10-4-1024k"};
  return id <= std::size(kBuiltIn) ? kBuiltIn[id - 1] : fmt::format("policy {}", id);
}

Result<std::string> DatanodeIdOf(const DatanodeInfo& node) {
  return Decode("a DataNode's description", "DatanodeInfoProto", node.message,
                [](MessageReader reader) {
                  std::string id;
                  while (reader.Next()) {
                    if (reader.field() == 1) id = reader.Text();
                  }
                  reader.Require({1});
                  return id;
                });
}

}  // namespace howdah::hdfs
