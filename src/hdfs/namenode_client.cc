// Names and looking; what a writer needs is in namenode_client_writing.cc.
#include "hdfs/namenode_client.h"

#include <unistd.h>

#include <protozero/pbf_writer.hpp>

#include "base/environment.h"
#include "hdfs/acl_messages.h"
#include "hdfs/block_messages.h"
#include "hdfs/message_reader.h"
#include "hdfs/namenode_calls.h"
#include "hdfs/status_messages.h"

namespace howdah::hdfs {

using protozero::pbf_writer;

NamenodeClient::NamenodeClient(ClientOptions options, Pacing& pacing, OpenConnection open)
    : pacing_(pacing),
      rpc_(std::move(options), pacing, std::move(open)),
      client_name_(
          fmt::format("howdah_{}_{}", getpid(), RandomHex(Environment::System()))) {}

Status NamenodeClient::Rename(const std::string& from, const std::string& to,
                              Overwrite overwrite) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, from);
  writer.add_string(2, to);
  writer.add_bool(3, overwrite == Overwrite::kYes);
  return rpc_
      .Call("rename2", request, CallEffect::kOnce,
            fmt::format("rename {} to {}", from, to))
      .status();
}

Result<bool> NamenodeClient::Delete(const std::string& path, Recursive recursive) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_bool(2, recursive == Recursive::kYes);
  return CallForBool(rpc_, "delete", request, CallEffect::kOnce, path);
}

Status NamenodeClient::MakeDirectory(const std::string& path, uint32_t mode,
                                     MakeParents parents) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_message(2, EncodePermission(mode & ~options().umask));
  writer.add_bool(3, parents == MakeParents::kYes);
  writer.add_message(4, EncodePermission(mode));
  HOWDAH_ASSIGN_OR_RETURN(const bool made, CallForBool(rpc_, "mkdirs", request,
                                                       CallEffect::kRepeatable, path));
  if (made) return Status::OK();
  return Error(ErrorKind::kInternal, "mkdirs {}: the NameNode made nothing", path);
}

Status NamenodeClient::SetPermission(const std::string& path, uint32_t mode) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_message(2, EncodePermission(mode));
  return CallOn(rpc_, "setPermission", request, CallEffect::kRepeatable, path).status();
}

Status NamenodeClient::SetOwner(const std::string& path, const std::string& owner,
                                const std::string& group) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  if (!owner.empty()) writer.add_string(2, owner);
  if (!group.empty()) writer.add_string(3, group);
  return CallOn(rpc_, "setOwner", request, CallEffect::kRepeatable, path).status();
}

Status NamenodeClient::SetAcl(const std::string& path, const Acl& acl) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  for (const AclEntry& entry : acl) writer.add_message(2, EncodeAclEntry(entry));
  return CallOn(rpc_, "setAcl", request, CallEffect::kRepeatable, path).status();
}

Status NamenodeClient::RemoveAcl(const std::string& path) {
  std::string request;
  pbf_writer(request).add_string(1, path);
  return CallOn(rpc_, "removeAcl", request, CallEffect::kRepeatable, path).status();
}

Status NamenodeClient::SetTimes(const std::string& path, int64_t modification_ms,
                                int64_t access_ms) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_uint64(2, static_cast<uint64_t>(modification_ms));
  writer.add_uint64(3, static_cast<uint64_t>(access_ms));
  return CallOn(rpc_, "setTimes", request, CallEffect::kRepeatable, path).status();
}

Result<bool> NamenodeClient::SetReplication(const std::string& path,
                                            uint32_t replication) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_uint32(2, replication);
  return CallForBool(rpc_, "setReplication", request, CallEffect::kRepeatable, path);
}

Result<std::optional<FileStatus>> NamenodeClient::GetFileInfo(const std::string& path) {
  std::string request;
  pbf_writer(request).add_string(1, path);
  // The call that does not follow a link at the end of the path.
  HOWDAH_ASSIGN_OR_RETURN(
      const std::string answer,
      CallOn(rpc_, "getFileLinkInfo", request, CallEffect::kNone, path));
  return DecodeAnswer("getFileLinkInfo", path, answer, [](MessageReader reader) {
    std::optional<FileStatus> status;
    while (reader.Next()) {
      if (reader.field() == 1) {
        status = ReadFileStatus(reader.Message("HdfsFileStatusProto"));
      }
    }
    return status;
  });
}

Result<Acl> NamenodeClient::GetAcl(const std::string& path) {
  std::string request;
  pbf_writer(request).add_string(1, path);
  HOWDAH_ASSIGN_OR_RETURN(const std::string answer,
                          CallOn(rpc_, "getAclStatus", request, CallEffect::kNone, path));
  return DecodePart("getAclStatus", path, answer, "AclStatusProto", ReadAcl);
}

Result<std::optional<DirectoryListing>> NamenodeClient::GetListing(
    const std::string& path, const std::string& start_after) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_bytes(2, start_after);
  writer.add_bool(3, false);
  HOWDAH_ASSIGN_OR_RETURN(const std::string answer,
                          CallOn(rpc_, "getListing", request, CallEffect::kNone, path));
  return DecodeAnswer("getListing", path, answer, [](MessageReader reader) {
    std::optional<DirectoryListing> listing;
    while (reader.Next()) {
      if (reader.field() == 1) {
        listing = ReadDirectoryListing(reader.Message("DirectoryListingProto"));
      }
    }
    return listing;
  });
}

Result<LocatedBlocks> NamenodeClient::GetBlockLocations(const std::string& path,
                                                        uint64_t offset,
                                                        uint64_t length) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  writer.add_uint64(2, offset);
  writer.add_uint64(3, length);
  HOWDAH_ASSIGN_OR_RETURN(
      const std::string answer,
      CallOn(rpc_, "getBlockLocations", request, CallEffect::kNone, path));
  HOWDAH_ASSIGN_OR_RETURN(
      std::optional<LocatedBlocks> blocks,
      DecodeAnswer("getBlockLocations", path, answer, [](MessageReader reader) {
        std::optional<LocatedBlocks> read;
        while (reader.Next()) {
          if (reader.field() == 1) {
            read = ReadLocatedBlocks(reader.Message("LocatedBlocksProto"));
          }
        }
        return read;
      }));
  if (blocks.has_value()) return *std::move(blocks);
  return Error(ErrorKind::kNotFound, "{}: no such file", path);
}

Status NamenodeClient::CheckAccess(const std::string& path, uint32_t access) {
  std::string request;
  pbf_writer writer(request);
  writer.add_string(1, path);
  // FsActionProto counts execute, write, read as bits 1, 2, 4, as chmod does.
  writer.add_enum(2, static_cast<int32_t>(access & 7));
  return CallOn(rpc_, "checkAccess", request, CallEffect::kNone, path).status();
}

Result<ServerDefaults> NamenodeClient::GetServerDefaults() {
  HOWDAH_ASSIGN_OR_RETURN(const std::string answer, CallOn(rpc_, "getServerDefaults", "",
                                                           CallEffect::kNone, service()));
  return DecodePart("getServerDefaults", service(), answer, "FsServerDefaultsProto",
                    ReadServerDefaults);
}

Result<ContentSummary> NamenodeClient::GetContentSummary(const std::string& path) {
  std::string request;
  pbf_writer(request).add_string(1, path);
  HOWDAH_ASSIGN_OR_RETURN(
      const std::string answer,
      CallOn(rpc_, "getContentSummary", request, CallEffect::kNone, path));
  return DecodePart("getContentSummary", path, answer, "ContentSummaryProto",
                    ReadContentSummary);
}

Result<FileSystemStatus> NamenodeClient::GetStatus() {
  HOWDAH_ASSIGN_OR_RETURN(const std::string answer,
                          CallOn(rpc_, "getFsStats", "", CallEffect::kNone, service()));
  return DecodeAnswer("getFsStats", service(), answer, ReadFileSystemStatus);
}

}  // namespace howdah::hdfs
