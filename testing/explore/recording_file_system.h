#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/file_system.h"

namespace howdah {

/// What a process has been told so far, as one number, and word of each change it made.
struct Recording {
  uint64_t answers = 0;
  /// After a call that may have changed names below `path` or at `target`.
  std::function<void(const std::string& path, const std::string& target)> changed;
};

/// Passes every call on, and takes its answer into a Recording. Times are left out of it,
/// so that two orders of calls that differ in nothing else lead to one state. Must not
/// outlive `inner` and `recording`.
class RecordingFileSystem final : public FileSystem {
 public:
  RecordingFileSystem(FileSystem& inner, Recording& recording)
      : inner_(inner), recording_(recording) {}

  Result<FileInfo> Stat(const std::string& path) override;
  Result<std::vector<FileInfo>> List(const std::string& directory) override;
  Result<std::unique_ptr<ByteSource>> OpenInput(const std::string& path) override;
  Result<std::unique_ptr<PendingFile>> CreateFile(const std::string& path) override;
  Status CreateDirectory(const std::string& path, uint32_t mode) override;
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

 private:
  Status Changed(Status status, const std::string& path, const std::string& target = "");

  FileSystem& inner_;
  Recording& recording_;
};

}  // namespace howdah
