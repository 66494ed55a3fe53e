#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "hdfs/protocol.h"
#include "hdfs/transfer_status.h"

namespace howdah::hdfs {

/// Requests to DataNodes, and what they answer. A request is the two bytes of the
/// version, 28, the byte of the operation, and one message with its length before it.
/// Source: datatransfer.proto, Sender.java, Op.java of Hadoop 3.5.0.

/// hdfs.proto, ChecksumTypeProto.
enum class ChecksumType : int32_t { kNull = 0, kCrc32 = 1, kCrc32c = 2 };

/// How the bytes of a block are checksummed: one CRC for each chunk.
struct ChecksumFormat {
  ChecksumType type = ChecksumType::kCrc32c;
  uint32_t chunk_bytes = 512;
};

/// datatransfer.proto, BlockConstructionStage: why a pipeline is set up.
enum class PipelineStage : int32_t {
  kSetupAppend = 0,
  kSetupAppendRecovery = 1,
  kStreaming = 2,
  kSetupStreamingRecovery = 3,
  kClose = 4,
  kCloseRecovery = 5,
  kSetupCreate = 6,
};

struct WriteBlockRequest {
  ExtendedBlock block;  ///< num_bytes: the size that blocks of the file have
  const Token* token = nullptr;
  std::string_view client_name;
  std::span<const BlockLocation> pipeline;  ///< the first is the node that is asked
  PipelineStage stage = PipelineStage::kSetupCreate;
  uint64_t acked_bytes = 0;           ///< minBytesRcvd
  uint64_t sent_bytes = 0;            ///< maxBytesRcvd
  uint64_t new_generation_stamp = 0;  ///< 0 unless the stage is a recovery
  ChecksumFormat checksum;
};
std::string EncodeWriteBlock(const WriteBlockRequest& request);

std::string EncodeReadBlock(const ExtendedBlock& block, const Token& token,
                            std::string_view client_name, uint64_t offset,
                            uint64_t length);
/// Ask the node to send its copy of a block that is being written to `target`.
std::string EncodeTransferBlock(const ExtendedBlock& block, const Token& token,
                                std::string_view client_name,
                                const BlockLocation& target);
/// Ask for the COMPOSITE_CRC of a block.
std::string EncodeBlockChecksum(const ExtendedBlock& block, const Token& token);
/// What a reader tells after the last packet: all was well.
std::string EncodeReadStatus(TransferStatus status);

/// BlockOpResponseProto.
struct BlockOpResponse {
  TransferStatus status = TransferStatus::kSuccess;
  std::string first_bad_link;  ///< "10.0.0.7:9866": the node that could not be reached
  std::string message;
  // --- to a read
  ChecksumFormat checksum;
  uint64_t chunk_offset = 0;  ///< in the block, of the first byte that will be sent
  // --- to a checksum request
  ChecksumType crc_type = ChecksumType::kCrc32c;
  std::string block_checksum;
};
/// Corruption.
Result<BlockOpResponse> DecodeBlockOpResponse(std::string_view peer,
                                              std::string_view bytes);

}  // namespace howdah::hdfs
