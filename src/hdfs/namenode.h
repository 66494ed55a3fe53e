#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "hdfs/protocol.h"
#include "storage/acl.h"

namespace howdah::hdfs {

enum class Overwrite { kNo, kYes };
enum class Recursive { kNo, kYes };
enum class MakeParents { kNo, kYes };

struct CreateRequest {
  std::string path;
  uint32_t mode =
      0666;  ///< before the umask (fs.permissions.umask-mode), which is applied inside
  Overwrite overwrite = Overwrite::kNo;
  MakeParents parents = MakeParents::kNo;
  uint32_t replication = 0;  ///< at least 1
  uint64_t block_size = 0;
};

/// What a NameNode does for a client: `ClientProtocol`, one method a call. Paths are
/// absolute. Thread-safe; calls may be in flight at the same time.
///
/// Retries, failover and the retry cache are inside: a call answers, fails for sure, or,
/// if it changes something and its answer stayed lost, says CommitStateUnknown. Errors
/// carry the kind that remote_exception.h gives to the Java class; a call that finds no
/// NameNode that answers is Transient. An interface, because the writer and reader are
/// also tested against a NameNode that the test scripts.
class Namenode {
 public:
  virtual ~Namenode() = default;

  /// The name under which leases are held: one per process and file system.
  virtual const std::string& client_name() const = 0;
  /// "nameservice1" or "host:8020", for messages.
  virtual const std::string& service() const = 0;

  // --- writing
  /// AlreadyExists: the file is there and `overwrite` is kNo, or another holds its lease.
  virtual Result<FileStatus> Create(const CreateRequest& request) = 0;
  /// Reopen a file for append. The last block if it is not full.
  virtual Result<std::optional<LocatedBlock>> Append(const std::string& path,
                                                     FileStatus* status) = 0;
  /// \param previous  the block written before, with its final length; none for the
  /// first. Waits and asks again while the NameNode says NotReplicatedYet.
  virtual Result<LocatedBlock> AddBlock(const std::string& path, uint64_t file_id,
                                        const std::optional<ExtendedBlock>& previous,
                                        std::span<const DatanodeInfo> excluded) = 0;
  virtual Status AbandonBlock(const std::string& path, uint64_t file_id,
                              const ExtendedBlock& block) = 0;
  /// \return false: not yet, ask again.
  virtual Result<bool> Complete(const std::string& path, uint64_t file_id,
                                const std::optional<ExtendedBlock>& last) = 0;
  /// A new generation stamp and token for a block whose pipeline broke.
  virtual Result<LocatedBlock> UpdateBlockForPipeline(const ExtendedBlock& block) = 0;
  /// `nodes` and `storage_ids` are the pipeline as it stands now.
  virtual Status UpdatePipeline(const ExtendedBlock& old_block,
                                const ExtendedBlock& new_block,
                                std::span<const BlockLocation> pipeline) = 0;
  /// One more node for a pipeline: the answer's locations are `existing` and the new one.
  virtual Result<LocatedBlock> GetAdditionalDatanode(
      const std::string& path, uint64_t file_id, const ExtendedBlock& block,
      std::span<const BlockLocation> existing, std::span<const DatanodeInfo> excluded,
      uint32_t wanted) = 0;
  /// Publish the length of a file that is being written.
  virtual Status Fsync(const std::string& path, uint64_t file_id, uint64_t length) = 0;
  virtual Status RenewLease() = 0;
  /// Take over a dead writer's file. True: it is closed now.
  virtual Result<bool> RecoverLease(const std::string& path) = 0;

  // --- names
  virtual Status Rename(const std::string& from, const std::string& to,
                        Overwrite overwrite) = 0;
  /// \return false: there was nothing to delete.
  virtual Result<bool> Delete(const std::string& path, Recursive recursive) = 0;
  /// `mode` before the umask. An existing directory is fine, a file is AlreadyExists.
  virtual Status MakeDirectory(const std::string& path, uint32_t mode,
                               MakeParents parents) = 0;
  virtual Status SetPermission(const std::string& path, uint32_t mode) = 0;
  /// An empty owner or group is left as it is.
  virtual Status SetOwner(const std::string& path, const std::string& owner,
                          const std::string& group) = 0;
  /// Replaces the lists of those scopes that are in `acl`, of which that of access must
  /// be. Unsupported: the cluster keeps no lists (dfs.namenode.acls.enabled).
  virtual Status SetAcl(const std::string& path, const Acl& acl) = 0;
  /// Both lists. Unsupported as SetAcl.
  virtual Status RemoveAcl(const std::string& path) = 0;
  /// Milliseconds since 1970; -1 leaves a time as it is.
  virtual Status SetTimes(const std::string& path, int64_t modification_ms,
                          int64_t access_ms) = 0;
  virtual Result<bool> SetReplication(const std::string& path, uint32_t replication) = 0;

  // --- looking
  /// None: proven absent. Does not follow a symlink at the end of `path`.
  virtual Result<std::optional<FileStatus>> GetFileInfo(const std::string& path) = 0;
  /// Normalized. Unsupported as SetAcl.
  virtual Result<Acl> GetAcl(const std::string& path) = 0;
  /// One page, of what comes after the name `start_after` (empty: the first). None: the
  /// directory does not exist. A file lists itself, with an empty name.
  virtual Result<std::optional<DirectoryListing>> GetListing(
      const std::string& path, const std::string& start_after) = 0;
  virtual Result<LocatedBlocks> GetBlockLocations(const std::string& path,
                                                  uint64_t offset, uint64_t length) = 0;
  /// OK if the user may do all of `access` (bits: 4 read, 2 write, 1 execute) to `path`;
  /// PermissionDenied, NotFound.
  virtual Status CheckAccess(const std::string& path, uint32_t access) = 0;
  virtual Result<ServerDefaults> GetServerDefaults() = 0;
  virtual Result<ContentSummary> GetContentSummary(const std::string& path) = 0;
  virtual Result<FileSystemStatus> GetStatus() = 0;
  /// Tell of replicas whose bytes do not match their checksums.
  virtual Status ReportBadBlocks(std::span<const LocatedBlock> blocks) = 0;
};

}  // namespace howdah::hdfs
