#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Plain values of HDFS's protocols, as both the NameNode and the DataNodes speak of
/// them. Source: hdfs.proto, datatransfer.proto, ClientNamenodeProtocol.proto,
/// Security.proto of Hadoop 3.5.0.
namespace howdah::hdfs {

/// A replica's name: which block, of which pool, at which generation.
struct ExtendedBlock {
  std::string pool_id;
  uint64_t block_id = 0;
  uint64_t generation_stamp = 0;
  uint64_t num_bytes = 0;
};

/// The right to use a block or a service. Empty where security is off. Never logged.
struct Token {
  std::string identifier;
  std::string password;
  std::string kind;
  std::string service;
};

/// hdfs.proto's StorageTypeProto. Values that are not named here are carried as they are.
enum class StorageType : int32_t { kDisk = 1, kSsd = 2, kArchive = 3, kRamDisk = 4 };

/// One DataNode.
struct DatanodeInfo {
  std::string uuid;
  std::string ip_address;
  std::string host_name;
  uint32_t transfer_port = 0;
  uint32_t ipc_port = 0;
  /// The DatanodeInfoProto as the NameNode sent it: goes back to the servers verbatim, so
  /// that fields we do not know survive.
  std::string message;

  /// "10.0.0.7:9866", for people.
  std::string address() const;
};

/// One replica's place.
struct BlockLocation {
  DatanodeInfo node;
  StorageType storage_type = StorageType::kDisk;
  std::string storage_id;
};

/// A block of a file with its replicas, best first.
struct LocatedBlock {
  ExtendedBlock block;
  uint64_t offset = 0;   ///< of the block's first byte in the file
  bool corrupt = false;  ///< all replicas are known to be bad
  Token token;
  std::vector<BlockLocation> locations;
};

/// A file's blocks, from one call.
struct LocatedBlocks {
  uint64_t file_length = 0;
  bool under_construction = false;
  bool last_block_complete = false;
  std::vector<LocatedBlock> blocks;
  /// The last block of the file, also when `blocks` does not reach it; its num_bytes is
  /// what the NameNode knows, less than the truth while it is written.
  std::optional<LocatedBlock> last_block;
  bool encrypted = false;             ///< in an encryption zone: refuse by name
  std::string erasure_coding_policy;  ///< empty: replicated
};

enum class NodeType { kDirectory, kFile, kSymlink };

/// HdfsFileStatusProto.
struct FileStatus {
  NodeType type = NodeType::kFile;
  std::string name;     ///< last component; empty from GetFileInfo
  uint64_t length = 0;  ///< bytes; 0 for directories
  uint32_t mode = 0;    ///< permission bits with the sticky bit, 01777
  bool has_acl = false;
  bool encrypted = false;
  bool erasure_coded = false;
  bool snapshot_enabled = false;
  std::string owner;
  std::string group;
  int64_t modification_time_ms = 0;  ///< since 1970
  int64_t access_time_ms = 0;
  std::string symlink_target;
  uint32_t replication = 0;  ///< 0 for directories
  uint64_t block_size = 0;
  uint64_t file_id = 0;   ///< the inode: stays when the file is renamed
  int32_t children = -1;  ///< entries of a directory; -1: not told
  std::string erasure_coding_policy;
};

/// One page of a directory.
struct DirectoryListing {
  std::vector<FileStatus> entries;  ///< in the NameNode's order: by the names' bytes
  uint32_t remaining = 0;           ///< entries after this page
};

/// ContentSummaryProto. Counts include the directory itself.
struct ContentSummary {
  uint64_t length = 0;
  uint64_t file_count = 0;
  uint64_t directory_count = 0;
  int64_t quota = -1;  ///< names; -1: none
  uint64_t space_consumed = 0;
  int64_t space_quota = -1;
};

/// FsServerDefaultsProto.
struct ServerDefaults {
  uint64_t block_size = 0;
  uint32_t bytes_per_checksum = 512;
  uint32_t write_packet_size = 65536;
  uint32_t replication = 3;
  bool encrypt_data_transfer = false;
  int64_t trash_interval_minutes = 0;
};

/// GetFsStatsResponseProto.
struct FileSystemStatus {
  uint64_t capacity = 0;
  uint64_t used = 0;
  uint64_t remaining = 0;
  uint64_t under_replicated = 0;
  uint64_t corrupt_blocks = 0;
  uint64_t missing_blocks = 0;
};

}  // namespace howdah::hdfs
