#pragma once

#include <memory>
#include <string>

#include "hdfs/namenode.h"
#include "hdfs/rpc_client.h"

namespace howdah::hdfs {

/// The Namenode that real NameNodes answer, by Hadoop's RPC.
class NamenodeClient final : public Namenode {
 public:
  explicit NamenodeClient(ClientOptions options, Pacing& pacing = Pacing::System(),
                          OpenConnection open = OpenRpcConnection);

  const std::string& client_name() const override { return client_name_; }
  const std::string& service() const override { return rpc_.options().service; }

  Result<FileStatus> Create(const CreateRequest& request) override;
  Result<std::optional<LocatedBlock>> Append(const std::string& path,
                                             FileStatus* status) override;
  Result<LocatedBlock> AddBlock(const std::string& path, uint64_t file_id,
                                const std::optional<ExtendedBlock>& previous,
                                std::span<const DatanodeInfo> excluded) override;
  Status AbandonBlock(const std::string& path, uint64_t file_id,
                      const ExtendedBlock& block) override;
  Result<bool> Complete(const std::string& path, uint64_t file_id,
                        const std::optional<ExtendedBlock>& last) override;
  Result<LocatedBlock> UpdateBlockForPipeline(const ExtendedBlock& block) override;
  Status UpdatePipeline(const ExtendedBlock& old_block, const ExtendedBlock& new_block,
                        std::span<const BlockLocation> pipeline) override;
  Result<LocatedBlock> GetAdditionalDatanode(const std::string& path, uint64_t file_id,
                                             const ExtendedBlock& block,
                                             std::span<const BlockLocation> existing,
                                             std::span<const DatanodeInfo> excluded,
                                             uint32_t wanted) override;
  Status Fsync(const std::string& path, uint64_t file_id, uint64_t length) override;
  Status RenewLease() override;
  Result<bool> RecoverLease(const std::string& path) override;

  Status Rename(const std::string& from, const std::string& to,
                Overwrite overwrite) override;
  Result<bool> Delete(const std::string& path, Recursive recursive) override;
  Status MakeDirectory(const std::string& path, uint32_t mode,
                       MakeParents parents) override;
  Status SetPermission(const std::string& path, uint32_t mode) override;
  Status SetOwner(const std::string& path, const std::string& owner,
                  const std::string& group) override;
  Status SetAcl(const std::string& path, const Acl& acl) override;
  Status RemoveAcl(const std::string& path) override;
  Status SetTimes(const std::string& path, int64_t modification_ms,
                  int64_t access_ms) override;
  Result<bool> SetReplication(const std::string& path, uint32_t replication) override;

  Result<std::optional<FileStatus>> GetFileInfo(const std::string& path) override;
  Result<Acl> GetAcl(const std::string& path) override;
  Result<std::optional<DirectoryListing>> GetListing(
      const std::string& path, const std::string& start_after) override;
  Result<LocatedBlocks> GetBlockLocations(const std::string& path, uint64_t offset,
                                          uint64_t length) override;
  Status CheckAccess(const std::string& path, uint32_t access) override;
  Result<ServerDefaults> GetServerDefaults() override;
  Result<ContentSummary> GetContentSummary(const std::string& path) override;
  Result<FileSystemStatus> GetStatus() override;
  Status ReportBadBlocks(std::span<const LocatedBlock> blocks) override;

  const ClientOptions& options() const { return rpc_.options(); }

 private:
  Pacing& pacing_;
  RpcClient rpc_;
  const std::string client_name_;
};

}  // namespace howdah::hdfs
