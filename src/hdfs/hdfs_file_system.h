#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/environment.h"
#include "hdfs/client_options.h"
#include "hdfs/lease_renewer.h"
#include "hdfs/namenode.h"
#include "storage/file_system.h"

namespace howdah::hdfs {

/// The FileSystem contract on HDFS, and what HDFS has beyond it.
///
/// A pending file is written under a hidden name beside its own (exclusive create),
/// closed, compared with its DataNodes' checksums, and renamed. CreateDirectory makes a
/// hidden directory and renames it, because HDFS's own mkdirs takes an existing one for
/// success. Must outlive the files it hands out.
class HdfsFileSystem final : public FileSystem {
 public:
  /// \param namenode  of the service that `options` name.
  HdfsFileSystem(std::unique_ptr<Namenode> namenode, ClientOptions options,
                 Environment& environment = Environment::System(),
                 Pacing& pacing = Pacing::System());
  /// Connects to nothing yet.
  static std::unique_ptr<HdfsFileSystem> Make(ClientOptions options);

  Result<FileInfo> Stat(const std::string& path) override;
  Result<std::vector<FileInfo>> List(const std::string& directory) override;
  Result<std::unique_ptr<ByteSource>> OpenInput(const std::string& path) override;
  Result<std::unique_ptr<PendingFile>> CreateFile(const std::string& path) override;
  int64_t PendingFileBytes() const override {  // packets that wait for their answer
    return static_cast<int64_t>(options_.write_buffer_bytes);
  }
  Status CreateDirectory(const std::string& path, uint32_t mode = 0777) override;
  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override;
  Status DeleteFile(const std::string& path) override;
  Status DeleteDirectory(const std::string& path) override;
  Status DeleteTree(const std::string& path) override;
  Result<uint32_t> Checksum(const std::string& path) override;
  Status CheckWritable(const std::string& directory) override;
  Result<Acl> GetAcl(const std::string& path) override;
  Status SetAcl(const std::string& path, const Acl& acl) override;
  Status SetPermission(const std::string& path, uint32_t mode) override;
  Status SetOwner(const std::string& path, const std::string& owner,
                  const std::string& group) override;

  // --- beyond the contract; errors by the same kinds
  /// All that HDFS knows of one path; `name` is its last component.
  Result<FileStatus> Describe(const std::string& path);
  /// The entries of a directory, sorted by name (bytes). InvalidInput: not a directory.
  Result<std::vector<FileStatus>> DescribeEntries(const std::string& directory);
  /// Milliseconds since 1970; -1 leaves a time as it is.
  Status SetTimes(const std::string& path, int64_t modification_ms, int64_t access_ms);
  /// InvalidInput for a directory.
  Status SetReplication(const std::string& path, uint32_t replication);
  /// Take over a file that a dead writer left open. True: it is closed now.
  Result<bool> RecoverLease(const std::string& path);
  Result<ContentSummary> Summarize(const std::string& path);
  Result<FileSystemStatus> Space();

  Namenode& namenode() { return *namenode_; }
  const ClientOptions& options() const { return options_; }

 private:
  friend class HdfsPendingFile;
  friend Result<std::unique_ptr<PendingFile>> BeginHdfsFile(HdfsFileSystem& fs,
                                                            const std::string& path);

  Result<std::optional<FileStatus>> Find(const std::string& path);
  Status ExplainMissing(const Status& status, const std::string& path);
  Status ExplainRename(const Status& status, const std::string& from,
                       const std::string& to, IfExists if_exists);

  const ClientOptions options_;
  Environment& environment_;
  Pacing& pacing_;
  std::unique_ptr<Namenode> namenode_;
  LeaseRenewer leases_;
};

}  // namespace howdah::hdfs
