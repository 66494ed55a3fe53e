#include "storage/local_pending_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/digest.h"
#include "base/environment.h"
#include "storage/posix_descriptor.h"
#include "storage/posix_error.h"
#include "storage/posix_move.h"

namespace howdah {
namespace {

constexpr size_t kBufferBytes = 256 * 1024;

class LocalPendingFile final : public PendingFile {
 public:
  LocalPendingFile(std::string path, std::string pending_name, Descriptor directory,
                   Descriptor file)
      : path_(std::move(path)),
        pending_name_(std::move(pending_name)),
        directory_(std::move(directory)),
        file_(std::move(file)) {}
  ~LocalPendingFile() override { Abort(); }

  Status Append(std::span<const std::byte> bytes) override {
    HOWDAH_RETURN_IF_ERROR(ended_);
    Status status = AppendBuffered(bytes);
    if (!status.ok()) EndWith(status);
    return status;
  }

  Result<ClosedFile> Commit(IfExists if_exists) override {
    HOWDAH_RETURN_IF_ERROR(ended_);
    Status status = MakeVisible(if_exists);
    if (!status.ok()) {
      EndWith(status);
      return status;
    }
    ended_ = Error(ErrorKind::kInternal, "{}: used after its commit", path_);
    HOWDAH_RETURN_IF_ERROR(SyncDirectory(directory_, path_));
    return closed_;
  }

  void Abort() noexcept override {
    if (ended_.ok())
      EndWith(Error(ErrorKind::kInternal, "{}: used after its abort", path_));
  }

 private:
  Status AppendBuffered(std::span<const std::byte> bytes) {
    closed_.crc32c = Crc32c(closed_.crc32c, bytes);
    closed_.size += static_cast<int64_t>(bytes.size());
    if (buffer_.size() + bytes.size() > kBufferBytes) HOWDAH_RETURN_IF_ERROR(Flush());
    if (bytes.size() > kBufferBytes) return Write(bytes);
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    return Status::OK();
  }

  Status Flush() {
    HOWDAH_RETURN_IF_ERROR(Write(buffer_));
    buffer_.clear();
    return Status::OK();
  }

  Status Write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = RetryInterrupted(
          [&] { return ::write(file_.get(), bytes.data(), bytes.size()); });
      if (written < 0) return PosixError(errno, path_, "write");
      bytes = bytes.subspan(static_cast<size_t>(written));
    }
    return Status::OK();
  }

  Status MakeVisible(IfExists if_exists) {
    HOWDAH_RETURN_IF_ERROR(Flush());
    if (RetryInterrupted([&] { return ::fsync(file_.get()); }) != 0) {
      return PosixError(errno, path_, "write to disk");
    }
    if (const int error = file_.Close(); error != 0) {
      return PosixError(error, path_, "write");
    }
    // By path, not by descriptor: if the directory was renamed away, its new place is not
    // where the caller asked for the file.
    const std::string pending_path = JoinPath(ParentPath(path_), pending_name_);
    const Status status = MoveEntry(pending_path, path_, if_exists);
    if (Is(status, ErrorKind::kNotFound)) {
      return Error(ErrorKind::kNotFound,
                   "{}: cannot create: its directory was removed or moved away while the "
                   "file was being written",
                   path_);
    }
    return status;
  }

  /// Every later call fails with `why`; what was written is removed, even from a
  /// directory that was renamed in the meantime.
  void EndWith(Status why) {
    ended_ = std::move(why);
    ::unlinkat(directory_.get(), pending_name_.c_str(), 0);
    file_.Close();
  }

  const std::string path_;
  const std::string pending_name_;
  const Descriptor directory_;
  Descriptor file_;
  std::vector<std::byte> buffer_;
  ClosedFile closed_;
  Status ended_;  // OK while the file takes bytes
};

std::string PendingName(const std::string& path) {
  constexpr size_t kLongestName = 255;
  const std::string unique = RandomHex(Environment::System()) + ".pending";
  const std::string name = fmt::format(".{}.{}", BaseName(path), unique);
  return name.size() <= kLongestName ? name : "." + unique;
}

}  // namespace

Result<std::unique_ptr<PendingFile>> CreateLocalFile(const std::string& path) {
  // Looking the name up refuses one that is too long now, not after all bytes are
  // written.
  struct stat existing{};
  if (::lstat(path.c_str(), &existing) != 0 && errno == ENAMETOOLONG) {
    return CannotCreate(errno, path);
  }
  Descriptor directory = OpenDirectory(ParentPath(path));
  if (directory.get() < 0) return CannotCreate(errno, path);
  std::string name = PendingName(path);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  Descriptor file(RetryInterrupted(
      [&] { return ::openat(directory.get(), name.c_str(), kFlags, 0666); }));
  if (file.get() < 0) return CannotCreate(errno, path);
  return std::make_unique<LocalPendingFile>(path, std::move(name), std::move(directory),
                                            std::move(file));
}

}  // namespace howdah
