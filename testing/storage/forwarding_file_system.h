#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/file_system.h"

namespace howdah {

/// Passes every call on: a base for fakes that change a few.
class ForwardingFileSystem : public FileSystem {
 public:
  explicit ForwardingFileSystem(FileSystem& inner) : inner_(inner) {}

  Result<FileInfo> Stat(const std::string& path) override { return inner_.Stat(path); }
  Result<std::vector<FileInfo>> List(const std::string& directory) override {
    return inner_.List(directory);
  }
  Result<std::unique_ptr<ByteSource>> OpenInput(const std::string& path) override {
    return inner_.OpenInput(path);
  }
  Result<std::unique_ptr<PendingFile>> CreateFile(const std::string& path) override {
    return inner_.CreateFile(path);
  }
  int64_t PendingFileBytes() const override { return inner_.PendingFileBytes(); }
  Status CreateDirectory(const std::string& path, uint32_t mode = 0777) override {
    return inner_.CreateDirectory(path, mode);
  }
  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override {
    return inner_.Rename(from, to, if_exists);
  }
  Status DeleteFile(const std::string& path) override { return inner_.DeleteFile(path); }
  Status DeleteDirectory(const std::string& path) override {
    return inner_.DeleteDirectory(path);
  }
  Status DeleteTree(const std::string& path) override { return inner_.DeleteTree(path); }
  Result<uint32_t> Checksum(const std::string& path) override {
    return inner_.Checksum(path);
  }
  Status CheckWritable(const std::string& directory) override {
    return inner_.CheckWritable(directory);
  }
  Result<Acl> GetAcl(const std::string& path) override { return inner_.GetAcl(path); }
  Status SetAcl(const std::string& path, const Acl& acl) override {
    return inner_.SetAcl(path, acl);
  }
  Status SetPermission(const std::string& path, uint32_t mode) override {
    return inner_.SetPermission(path, mode);
  }
  Status SetOwner(const std::string& path, const std::string& owner,
                  const std::string& group) override {
    return inner_.SetOwner(path, owner, group);
  }

 protected:
  FileSystem& inner_;
};

}  // namespace howdah
