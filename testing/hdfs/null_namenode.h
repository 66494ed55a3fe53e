#pragma once

#include <string>

#include "hdfs/namenode.h"

namespace howdah::hdfs {

/// A NameNode of which every call fails: a base for fakes that answer a few.
class NullNamenode : public Namenode {
 public:
  const std::string& client_name() const override { return client_name_; }
  const std::string& service() const override { return service_; }

  Result<FileStatus> Create(const CreateRequest& /*request*/) override { return No(); }
  Result<std::optional<LocatedBlock>> Append(const std::string& /*path*/,
                                             FileStatus* /*status*/) override {
    return No();
  }
  Result<LocatedBlock> AddBlock(const std::string& /*path*/, uint64_t /*file_id*/,
                                const std::optional<ExtendedBlock>& /*previous*/,
                                std::span<const DatanodeInfo> /*excluded*/) override {
    return No();
  }
  Status AbandonBlock(const std::string& /*path*/, uint64_t /*file_id*/,
                      const ExtendedBlock& /*block*/) override {
    return No();
  }
  Result<bool> Complete(const std::string& /*path*/, uint64_t /*file_id*/,
                        const std::optional<ExtendedBlock>& /*last*/) override {
    return No();
  }
  Result<LocatedBlock> UpdateBlockForPipeline(const ExtendedBlock& /*block*/) override {
    return No();
  }
  Status UpdatePipeline(const ExtendedBlock& /*old_block*/,
                        const ExtendedBlock& /*new_block*/,
                        std::span<const BlockLocation> /*pipeline*/) override {
    return No();
  }
  Result<LocatedBlock> GetAdditionalDatanode(const std::string& /*path*/,
                                             uint64_t /*file_id*/,
                                             const ExtendedBlock& /*block*/,
                                             std::span<const BlockLocation> /*existing*/,
                                             std::span<const DatanodeInfo> /*excluded*/,
                                             uint32_t /*wanted*/) override {
    return No();
  }
  Status Fsync(const std::string& /*path*/, uint64_t /*file_id*/,
               uint64_t /*length*/) override {
    return No();
  }
  Status RenewLease() override { return No(); }
  Result<bool> RecoverLease(const std::string& /*path*/) override { return No(); }

  Status Rename(const std::string& /*from*/, const std::string& /*to*/,
                Overwrite /*overwrite*/) override {
    return No();
  }
  Result<bool> Delete(const std::string& /*path*/, Recursive /*recursive*/) override {
    return No();
  }
  Status MakeDirectory(const std::string& /*path*/, uint32_t /*mode*/,
                       MakeParents /*parents*/) override {
    return No();
  }
  Status SetPermission(const std::string& /*path*/, uint32_t /*mode*/) override {
    return No();
  }
  Status SetOwner(const std::string& /*path*/, const std::string& /*owner*/,
                  const std::string& /*group*/) override {
    return No();
  }
  Status SetAcl(const std::string& /*path*/, const Acl& /*acl*/) override { return No(); }
  Status RemoveAcl(const std::string& /*path*/) override { return No(); }
  Status SetTimes(const std::string& /*path*/, int64_t /*modification_ms*/,
                  int64_t /*access_ms*/) override {
    return No();
  }
  Result<bool> SetReplication(const std::string& /*path*/,
                              uint32_t /*replication*/) override {
    return No();
  }

  Result<std::optional<FileStatus>> GetFileInfo(const std::string& /*path*/) override {
    return No();
  }
  Result<Acl> GetAcl(const std::string& /*path*/) override { return No(); }
  Result<std::optional<DirectoryListing>> GetListing(
      const std::string& /*path*/, const std::string& /*start_after*/) override {
    return No();
  }
  Result<LocatedBlocks> GetBlockLocations(const std::string& /*path*/,
                                          uint64_t /*offset*/,
                                          uint64_t /*length*/) override {
    return No();
  }
  Status CheckAccess(const std::string& /*path*/, uint32_t /*access*/) override {
    return No();
  }
  Result<ServerDefaults> GetServerDefaults() override { return No(); }
  Result<ContentSummary> GetContentSummary(const std::string& /*path*/) override {
    return No();
  }
  Result<FileSystemStatus> GetStatus() override { return No(); }
  Status ReportBadBlocks(std::span<const LocatedBlock> /*blocks*/) override {
    return No();
  }

 private:
  static Status No() {
    return Error(ErrorKind::kInternal, "a call that the test did not expect");
  }

  const std::string client_name_ = "howdah_test";
  const std::string service_ = "test";
};

}  // namespace howdah::hdfs
