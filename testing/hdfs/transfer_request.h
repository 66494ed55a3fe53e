#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hdfs/packet.h"
#include "hdfs/protocol.h"
#include "hdfs/socket.h"
#include "hdfs/transfer_messages.h"

namespace howdah::hdfs {

/// The server's side of the data-transfer protocol, for fakes.

/// An operation that a client, or the DataNode before, asks for.
struct TransferRequest {
  int operation = 0;  ///< 80 write, 81 read, 85 checksum, 86 transfer
  ExtendedBlock block;
  Token token;
  std::string client_name;
  std::vector<BlockLocation> targets;  ///< the nodes after this one
  PipelineStage stage = PipelineStage::kSetupCreate;
  uint64_t pipeline_size = 0;
  uint64_t acked_bytes = 0;
  uint64_t sent_bytes = 0;
  uint64_t new_generation_stamp = 0;
  uint64_t offset = 0;
  uint64_t length = 0;
};
Result<TransferRequest> ReadRequest(Socket& socket);

/// A packet as it came, with its checksums verified.
struct ReceivedPacket {
  PacketHeader header;
  std::vector<std::byte> data;
  std::vector<std::byte> wire;  ///< all of it, to be passed on
};
/// Corruption: a checksum, of CRC32C over 512 bytes, is wrong.
Result<ReceivedPacket> ReadPacket(Socket& socket);

/// The parts of an answer that a fake may say.
struct Answer {
  TransferStatus status = TransferStatus::kSuccess;
  std::string first_bad_link;
  std::string message;
  bool to_read = false;
  uint64_t chunk_offset = 0;
  std::string block_checksum;
};
Status SendAnswer(Socket& socket, const Answer& answer);

Status SendAck(Socket& socket, int64_t sequence,
               const std::vector<TransferStatus>& replies);

}  // namespace howdah::hdfs
