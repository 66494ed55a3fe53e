#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "testing/hdfs/fake_datanode.h"
#include "testing/hdfs/null_namenode.h"

namespace howdah::hdfs {

/// A NameNode with one file, whose blocks lie on FakeDatanodes. It keeps the rules that a
/// writer must not break, and remembers in `complaints` what broke one: lengths and
/// generation stamps of blocks that are told to it, and that a replica has what was told.
/// Thread-safe.
class FakeNamenode final : public NullNamenode {
 public:
  /// Blocks go to the first `replication` nodes that are not excluded.
  explicit FakeNamenode(size_t datanodes);

  FakeDatanode& node(size_t index) { return *nodes_[index]; }
  /// The file's bytes as its replicas have them; complains where they differ.
  std::vector<std::byte> Contents();
  /// A complete file of one block for each of `blocks`, on all nodes.
  void PutFile(const std::vector<std::vector<std::byte>>& blocks);

  std::vector<LocatedBlock> blocks() const;
  bool completed() const;
  int abandoned() const;
  int recoveries() const;      ///< updatePipeline calls
  uint64_t published() const;  ///< by Fsync
  int location_requests() const;
  std::vector<std::string> reported() const;  ///< uuids of bad replicas' nodes
  /// Of this NameNode and all its nodes.
  std::vector<std::string> complaints() const;

  void set_not_complete_yet(int times);  ///< Complete says false so often
  void set_length(uint64_t length);      ///< the file is said to be so long

  Result<FileStatus> Create(const CreateRequest& request) override;
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
  Status RenewLease() override { return Status::OK(); }
  Status Fsync(const std::string& path, uint64_t file_id, uint64_t length) override;
  Result<LocatedBlocks> GetBlockLocations(const std::string& path, uint64_t offset,
                                          uint64_t length) override;
  Result<std::optional<FileStatus>> GetFileInfo(const std::string& path) override;
  Status ReportBadBlocks(std::span<const LocatedBlock> blocks) override;

 private:
  void CommitLast(const std::optional<ExtendedBlock>& previous);
  uint64_t Length() const;
  bool IsExcluded(const FakeDatanode& node, std::span<const DatanodeInfo> excluded) const;

  std::vector<std::unique_ptr<FakeDatanode>> nodes_;
  mutable std::mutex mutex_;
  std::vector<LocatedBlock> blocks_;
  uint32_t replication_ = 3;
  uint64_t next_block_id_ = 1000;
  uint64_t next_stamp_ = 2000;
  bool completed_ = false;
  int abandoned_ = 0;
  int recoveries_ = 0;
  int not_complete_yet_ = 0;
  int location_requests_ = 0;
  uint64_t published_ = 0;
  std::optional<uint64_t> length_;
  std::vector<std::string> reported_;
  std::vector<std::string> complaints_;
};

}  // namespace howdah::hdfs
