// What a writer asks of a NameNode. Source: ClientNamenodeProtocol.proto, and
// DFSOutputStream.java of Hadoop 3.5.0.
#include <protozero/pbf_writer.hpp>

#include "base/log.h"
#include "hdfs/block_messages.h"
#include "hdfs/message_reader.h"
#include "hdfs/namenode_calls.h"
#include "hdfs/namenode_client.h"
#include "hdfs/status_messages.h"

namespace howdah::hdfs {
namespace {

using protozero::pbf_writer;
using std::chrono::milliseconds;

// CreateFlagProto.
constexpr uint32_t kCreate = 1, kOverwrite = 2;

}  // namespace

Result<FileStatus> NamenodeClient::Create(const CreateRequest& request) {
  std::string message;
  pbf_writer writer(message);
  writer.add_string(1, request.path);
  writer.add_message(2, EncodePermission(request.mode & ~options().umask));
  writer.add_string(3, client_name_);
  writer.add_uint32(4, kCreate | (request.overwrite == Overwrite::kYes ? kOverwrite : 0));
  writer.add_bool(5, request.parents == MakeParents::kYes);
  writer.add_uint32(6, request.replication);
  writer.add_uint64(7, request.block_size);
  writer.add_message(9, EncodePermission(request.mode));
  HOWDAH_ASSIGN_OR_RETURN(
      const std::string answer,
      CallOn(rpc_, "create", message, CallEffect::kOnce, request.path));
  return DecodePart("create", request.path, answer, "HdfsFileStatusProto",
                    ReadFileStatus);
}

Result<std::optional<LocatedBlock>> NamenodeClient::Append(const std::string& path,
                                                           FileStatus* status) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_string(2, client_name_);
  HOWDAH_ASSIGN_OR_RETURN(const std::string answer,
                          CallOn(rpc_, "append", request, CallEffect::kOnce, path));
  return DecodeAnswer("append", path, answer, [&](MessageReader reader) {
    std::optional<LocatedBlock> block;
    while (reader.Next()) {
      if (reader.field() == 1) {
        block = ReadLocatedBlock(reader.Message("LocatedBlockProto"));
      } else if (reader.field() == 2) {
        *status = ReadFileStatus(reader.Message("HdfsFileStatusProto"));
      }
    }
    reader.Require({2});
    return block;
  });
}

Result<LocatedBlock> NamenodeClient::AddBlock(
    const std::string& path, uint64_t file_id,
    const std::optional<ExtendedBlock>& previous,
    std::span<const DatanodeInfo> excluded) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_string(2, client_name_);
  if (previous.has_value()) writer.add_message(3, EncodeExtendedBlock(*previous));
  for (const DatanodeInfo& node : excluded) writer.add_message(4, node.message);
  writer.add_uint64(5, file_id);
  for (int waits = 0;; ++waits) {
    std::string java_class;
    const Result<std::string> answer =
        CallOn(rpc_, "addBlock", request, CallEffect::kRepeatable, path, &java_class);
    if (answer.ok()) {
      return DecodePart("addBlock", path, *answer, "LocatedBlockProto", ReadLocatedBlock);
    }
    if (!IsNotReplicatedYet(java_class) ||
        waits >= options().locate_following_block_retries) {
      return answer.status();
    }
    Log(LogLevel::kDebug, "{}", answer.status().message());
    pacing_.Sleep(BackOff(pacing_, options().locate_following_block_delay,
                          options().locate_following_block_delay_limit, waits));
  }
}

Status NamenodeClient::AbandonBlock(const std::string& path, uint64_t file_id,
                                    const ExtendedBlock& block) {
  std::string request;
  pbf_writer writer(request);
  writer.add_message(1, EncodeExtendedBlock(block));
  writer.add_string(2, path);
  writer.add_string(3, client_name_);
  writer.add_uint64(4, file_id);
  return CallOn(rpc_, "abandonBlock", request, CallEffect::kRepeatable, path).status();
}

Result<bool> NamenodeClient::Complete(const std::string& path, uint64_t file_id,
                                      const std::optional<ExtendedBlock>& last) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_string(2, client_name_);
  if (last.has_value()) writer.add_message(3, EncodeExtendedBlock(*last));
  writer.add_uint64(4, file_id);
  std::string java_class;
  const Result<bool> done =
      CallForBool(rpc_, "complete", request, CallEffect::kRepeatable, path, &java_class);
  if (!done.ok() && IsNotReplicatedYet(java_class)) return false;
  return done;
}

Result<LocatedBlock> NamenodeClient::UpdateBlockForPipeline(const ExtendedBlock& block) {
  std::string request;
  pbf_writer writer(request);
  writer.add_message(1, EncodeExtendedBlock(block));
  writer.add_string(2, client_name_);
  const std::string subject = fmt::format("blk_{}", block.block_id);
  HOWDAH_ASSIGN_OR_RETURN(
      const std::string answer,
      CallOn(rpc_, "updateBlockForPipeline", request, CallEffect::kRepeatable, subject));
  return DecodePart("updateBlockForPipeline", subject, answer, "LocatedBlockProto",
                    ReadLocatedBlock);
}

Status NamenodeClient::UpdatePipeline(const ExtendedBlock& old_block,
                                      const ExtendedBlock& new_block,
                                      std::span<const BlockLocation> pipeline) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, client_name_);
  writer.add_message(2, EncodeExtendedBlock(old_block));
  writer.add_message(3, EncodeExtendedBlock(new_block));
  for (const BlockLocation& location : pipeline) {
    HOWDAH_ASSIGN_OR_RETURN(const std::string id, DatanodeIdOf(location.node));
    writer.add_message(4, id);
  }
  for (const BlockLocation& location : pipeline) {
    writer.add_string(5, location.storage_id);
  }
  return CallOn(rpc_, "updatePipeline", request, CallEffect::kOnce,
                fmt::format("blk_{}", new_block.block_id))
      .status();
}

Result<LocatedBlock> NamenodeClient::GetAdditionalDatanode(
    const std::string& path, uint64_t file_id, const ExtendedBlock& block,
    std::span<const BlockLocation> existing, std::span<const DatanodeInfo> excluded,
    uint32_t wanted) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_message(2, EncodeExtendedBlock(block));
  for (const BlockLocation& location : existing) {
    writer.add_message(3, location.node.message);
  }
  for (const DatanodeInfo& node : excluded) writer.add_message(4, node.message);
  writer.add_uint32(5, wanted);
  writer.add_string(6, client_name_);
  for (const BlockLocation& location : existing) {
    writer.add_string(7, location.storage_id);
  }
  writer.add_uint64(8, file_id);
  HOWDAH_ASSIGN_OR_RETURN(
      const std::string answer,
      CallOn(rpc_, "getAdditionalDatanode", request, CallEffect::kRepeatable, path));
  return DecodePart("getAdditionalDatanode", path, answer, "LocatedBlockProto",
                    ReadLocatedBlock);
}

Status NamenodeClient::Fsync(const std::string& path, uint64_t file_id, uint64_t length) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_string(2, client_name_);
  writer.add_sint64(3, static_cast<int64_t>(length));
  writer.add_uint64(4, file_id);
  return CallOn(rpc_, "fsync", request, CallEffect::kRepeatable, path).status();
}

Status NamenodeClient::RenewLease() {
  std::string request;
  pbf_writer(request).add_string(1, client_name_);
  // A lease that is renewed or not changes nothing that anybody must look at; and who
  // renews it comes again soon, and must not keep a process that ends.
  return rpc_
      .CallBriefly("renewLease", request, CallEffect::kNone,
                   fmt::format("renewLease {}", client_name_))
      .status();
}

Result<bool> NamenodeClient::RecoverLease(const std::string& path) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_string(2, client_name_);
  return CallForBool(rpc_, "recoverLease", request, CallEffect::kRepeatable, path);
}

Status NamenodeClient::ReportBadBlocks(std::span<const LocatedBlock> blocks) {
  std::string request;
  pbf_writer writer(request);
  for (const LocatedBlock& block : blocks) {
    writer.add_message(1, EncodeLocatedBlock(block));
  }
  return CallOn(rpc_, "reportBadBlocks", request, CallEffect::kNone, service()).status();
}

}  // namespace howdah::hdfs
