#include "hdfs/status_messages.h"

#include "hdfs/block_messages.h"
#include "hdfs/message_reader.h"

namespace howdah::hdfs {
namespace {

// HdfsFileStatusProto.Flags.
constexpr uint32_t kHasAcl = 1, kHasCrypt = 2, kHasErasureCoding = 4, kSnapshots = 8;

NodeType ToNodeType(int32_t value) {
  switch (value) {
    case 1:
      return NodeType::kDirectory;
    case 2:
      return NodeType::kFile;
    case 3:
      return NodeType::kSymlink;
    default:
      throw BadMessage{fmt::format("{} is no type of file", value)};
  }
}

uint32_t ReadPermission(MessageReader reader) {
  uint32_t mode = 0;
  while (reader.Next()) {
    if (reader.field() == 1) mode = reader.Uint32();
  }
  reader.Require({1});
  return mode & 01777;
}

}  // namespace

FileStatus ReadFileStatus(MessageReader reader) {
  FileStatus status;
  uint32_t flags = 0;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        status.type = ToNodeType(reader.Int32());
        break;
      case 2:
        status.name = reader.Text();
        break;
      case 3:
        status.length = reader.Uint64();
        break;
      case 4:
        status.mode = ReadPermission(reader.Message("FsPermissionProto"));
        break;
      case 5:
        status.owner = reader.Text();
        break;
      case 6:
        status.group = reader.Text();
        break;
      case 7:
        status.modification_time_ms = static_cast<int64_t>(reader.Uint64());
        break;
      case 8:
        status.access_time_ms = static_cast<int64_t>(reader.Uint64());
        break;
      case 9:
        status.symlink_target = reader.Text();
        break;
      case 10:
        status.replication = reader.Uint32();
        break;
      case 11:
        status.block_size = reader.Uint64();
        break;
      case 13:
        status.file_id = reader.Uint64();
        break;
      case 14:
        status.children = reader.Int32();
        break;
      case 15:
        status.encrypted = true;
        break;
      case 17:
        status.erasure_coding_policy =
            ReadErasureCodingPolicy(reader.Message("ErasureCodingPolicyProto"));
        break;
      case 18:
        flags = reader.Uint32();
        break;
    }
  }
  reader.Require({1, 2, 3, 4, 5, 6, 7, 8});
  status.has_acl = (flags & kHasAcl) != 0;
  status.encrypted = status.encrypted || (flags & kHasCrypt) != 0;
  status.erasure_coded =
      (flags & kHasErasureCoding) != 0 || !status.erasure_coding_policy.empty();
  status.snapshot_enabled = (flags & kSnapshots) != 0;
  return status;
}

DirectoryListing ReadDirectoryListing(MessageReader reader) {
  DirectoryListing listing;
  while (reader.Next()) {
    if (reader.field() == 1) {
      listing.entries.push_back(ReadFileStatus(reader.Message("HdfsFileStatusProto")));
    } else if (reader.field() == 2) {
      listing.remaining = reader.Uint32();
    }
  }
  reader.Require({2});
  return listing;
}

ContentSummary ReadContentSummary(MessageReader reader) {
  ContentSummary summary;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        summary.length = reader.Uint64();
        break;
      case 2:
        summary.file_count = reader.Uint64();
        break;
      case 3:
        summary.directory_count = reader.Uint64();
        break;
      case 4:
        summary.quota = static_cast<int64_t>(reader.Uint64());
        break;
      case 5:
        summary.space_consumed = reader.Uint64();
        break;
      case 6:
        summary.space_quota = static_cast<int64_t>(reader.Uint64());
        break;
    }
  }
  reader.Require({1, 2, 3, 4, 5, 6});
  return summary;
}

ServerDefaults ReadServerDefaults(MessageReader reader) {
  ServerDefaults defaults;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        defaults.block_size = reader.Uint64();
        break;
      case 2:
        defaults.bytes_per_checksum = reader.Uint32();
        break;
      case 3:
        defaults.write_packet_size = reader.Uint32();
        break;
      case 4:
        defaults.replication = reader.Uint32();
        break;
      case 6:
        defaults.encrypt_data_transfer = reader.Bool();
        break;
      case 7:
        defaults.trash_interval_minutes = static_cast<int64_t>(reader.Uint64());
        break;
    }
  }
  reader.Require({1, 2, 3, 4, 5});
  return defaults;
}

FileSystemStatus ReadFileSystemStatus(MessageReader reader) {
  FileSystemStatus status;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        status.capacity = reader.Uint64();
        break;
      case 2:
        status.used = reader.Uint64();
        break;
      case 3:
        status.remaining = reader.Uint64();
        break;
      case 4:
        status.under_replicated = reader.Uint64();
        break;
      case 5:
        status.corrupt_blocks = reader.Uint64();
        break;
      case 6:
        status.missing_blocks = reader.Uint64();
        break;
    }
  }
  reader.Require({1, 2, 3, 4, 5, 6});
  return status;
}

}  // namespace howdah::hdfs
