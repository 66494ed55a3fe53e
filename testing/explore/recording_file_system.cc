#include "testing/explore/recording_file_system.h"

#include <utility>

#include "testing/explore/tree.h"

namespace howdah {
namespace {

void Take(Recording& recording, uint64_t value) {
  recording.answers = Mix(recording.answers, value);
}

void Take(Recording& recording, const Status& status) {
  Take(recording, status.ok() ? 0 : 1 + static_cast<uint64_t>(KindOf(status)));
}

void Take(Recording& recording, const FileInfo& info) {
  recording.answers = Mix(recording.answers, info.path);
  Take(recording, static_cast<uint64_t>(info.type));
  Take(recording, static_cast<uint64_t>(info.size));
  Take(recording, info.mode);
}

class RecordingSource final : public ByteSource {
 public:
  RecordingSource(std::unique_ptr<ByteSource> inner, Recording& recording)
      : inner_(std::move(inner)), recording_(recording) {}
  const std::string& name() const override { return inner_->name(); }
  int64_t size() const override { return inner_->size(); }
  Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) override {
    Result<int64_t> got = inner_->ReadAt(offset, out);
    Take(recording_, got.status());
    if (got.ok()) {
      recording_.answers = Mix(recording_.answers,
                               std::string_view(reinterpret_cast<const char*>(out.data()),
                                                static_cast<size_t>(*got)));
    }
    return got;
  }

 private:
  const std::unique_ptr<ByteSource> inner_;
  Recording& recording_;
};

class RecordingPendingFile final : public PendingFile {
 public:
  RecordingPendingFile(std::unique_ptr<PendingFile> inner, std::string path,
                       Recording& recording)
      : inner_(std::move(inner)), path_(std::move(path)), recording_(recording) {}
  Status Append(std::span<const std::byte> bytes) override {
    return inner_->Append(bytes);
  }
  Result<ClosedFile> Commit(IfExists if_exists) override {
    Result<ClosedFile> closed = inner_->Commit(if_exists);
    Take(recording_, closed.status());
    recording_.changed(path_, "");
    return closed;
  }
  void Abort() noexcept override { inner_->Abort(); }

 private:
  const std::unique_ptr<PendingFile> inner_;
  const std::string path_;
  Recording& recording_;
};

}  // namespace

Status RecordingFileSystem::Changed(Status status, const std::string& path,
                                    const std::string& target) {
  Take(recording_, status);
  recording_.changed(path, target);
  return status;
}

Result<FileInfo> RecordingFileSystem::Stat(const std::string& path) {
  Result<FileInfo> info = inner_.Stat(path);
  Take(recording_, info.status());
  if (info.ok()) Take(recording_, *info);
  return info;
}

Result<std::vector<FileInfo>> RecordingFileSystem::List(const std::string& directory) {
  Result<std::vector<FileInfo>> entries = inner_.List(directory);
  Take(recording_, entries.status());
  if (entries.ok()) {
    Take(recording_, entries->size());
    for (const FileInfo& entry : *entries) Take(recording_, entry);
  }
  return entries;
}

Result<std::unique_ptr<ByteSource>> RecordingFileSystem::OpenInput(
    const std::string& path) {
  auto source = inner_.OpenInput(path);
  Take(recording_, source.status());
  HOWDAH_RETURN_IF_ERROR(source.status());
  return std::make_unique<RecordingSource>(*std::move(source), recording_);
}

Result<std::unique_ptr<PendingFile>> RecordingFileSystem::CreateFile(
    const std::string& path) {
  auto file = inner_.CreateFile(path);
  Take(recording_, file.status());
  HOWDAH_RETURN_IF_ERROR(file.status());
  return std::make_unique<RecordingPendingFile>(*std::move(file), path, recording_);
}

Status RecordingFileSystem::CreateDirectory(const std::string& path, uint32_t mode) {
  return Changed(inner_.CreateDirectory(path, mode), path);
}

Status RecordingFileSystem::Rename(const std::string& from, const std::string& to,
                                   IfExists if_exists) {
  return Changed(inner_.Rename(from, to, if_exists), from, to);
}

Status RecordingFileSystem::DeleteFile(const std::string& path) {
  return Changed(inner_.DeleteFile(path), path);
}

Status RecordingFileSystem::DeleteDirectory(const std::string& path) {
  return Changed(inner_.DeleteDirectory(path), path);
}

Status RecordingFileSystem::DeleteTree(const std::string& path) {
  return Changed(inner_.DeleteTree(path), path);
}

Result<uint32_t> RecordingFileSystem::Checksum(const std::string& path) {
  Result<uint32_t> crc32c = inner_.Checksum(path);
  Take(recording_, crc32c.status());
  if (crc32c.ok()) Take(recording_, *crc32c);
  return crc32c;
}

Status RecordingFileSystem::CheckWritable(const std::string& directory) {
  Status status = inner_.CheckWritable(directory);
  Take(recording_, status);
  return status;
}

Result<Acl> RecordingFileSystem::GetAcl(const std::string& path) {
  Result<Acl> acl = inner_.GetAcl(path);
  Take(recording_, acl.status());
  if (acl.ok()) Take(recording_, acl->size());
  return acl;
}

Status RecordingFileSystem::SetAcl(const std::string& path, const Acl& acl) {
  Status status = inner_.SetAcl(path, acl);
  Take(recording_, status);
  return status;
}

Status RecordingFileSystem::SetPermission(const std::string& path, uint32_t mode) {
  Status status = inner_.SetPermission(path, mode);
  Take(recording_, status);
  return status;
}

Status RecordingFileSystem::SetOwner(const std::string& path, const std::string& owner,
                                     const std::string& group) {
  Status status = inner_.SetOwner(path, owner, group);
  Take(recording_, status);
  return status;
}

}  // namespace howdah
