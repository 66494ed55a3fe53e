#include "storage/local_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/digest.h"
#include "storage/local_pending_file.h"
#include "storage/path.h"
#include "storage/posix_acl.h"
#include "storage/posix_descriptor.h"
#include "storage/posix_error.h"
#include "storage/posix_move.h"

namespace howdah {
namespace {

/// For calls that make nothing: a path that leads through a file is proven absent.
Status LookupError(int error, const std::string& path, std::string_view act) {
  return PosixError(error == ENOTDIR ? ENOENT : error, path, act);
}

FileType TypeOf(mode_t mode) {
  if (S_ISREG(mode)) return FileType::kFile;
  return S_ISDIR(mode) ? FileType::kDirectory : FileType::kOther;
}

/// Stat of `path` = `name` in the open directory `at` (or AT_FDCWD with the whole path),
/// whose parent is on `parent_device`. On failure returns the errno.
int StatEntry(int at, const char* name, dev_t parent_device, const std::string& path,
              FileInfo& info) {
  struct stat entry{};
  if (::fstatat(at, name, &entry, AT_SYMLINK_NOFOLLOW) != 0) return errno;
  info.path = path;
  info.is_symlink = S_ISLNK(entry.st_mode);
  // A link that leads nowhere is described itself.
  if (struct stat target{}; info.is_symlink && ::fstatat(at, name, &target, 0) == 0) {
    entry = target;
  }
  info.type = TypeOf(entry.st_mode);
  info.size = info.type == FileType::kFile ? entry.st_size : 0;
  info.mtime_us =
      int64_t{entry.st_mtim.tv_sec} * 1'000'000 + entry.st_mtim.tv_nsec / 1000;
  info.mode = entry.st_mode & 07777;
  info.owner = std::to_string(entry.st_uid);
  info.group = std::to_string(entry.st_gid);
  info.may_have_acl = info.type != FileType::kOther;  // to know takes another call
  info.is_mount_point = info.type == FileType::kDirectory && !info.is_symlink &&
                        entry.st_dev != parent_device;
  return 0;
}

class LocalSource final : public ByteSource {
 public:
  LocalSource(std::string path, Descriptor file, int64_t size)
      : path_(std::move(path)), file_(std::move(file)), size_(size) {}

  const std::string& name() const override { return path_; }
  int64_t size() const override { return size_; }

  Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) override {
    if (offset < 0) {
      return Error(ErrorKind::kInvalidInput, "{}: cannot read at offset {}", path_,
                   offset);
    }
    const int64_t wanted =
        std::clamp<int64_t>(size_ - offset, 0, static_cast<int64_t>(out.size()));
    int64_t got = 0;
    while (got < wanted) {
      const ssize_t count = RetryInterrupted([&] {
        return ::pread(file_.get(), out.data() + got, static_cast<size_t>(wanted - got),
                       offset + got);
      });
      if (count < 0) return PosixError(errno, path_, "read");
      if (count == 0) {
        return Error(
            ErrorKind::kCorruption,
            "{}: the file was {} bytes long when opened and became shorter while "
            "it was read",
            path_, size_);
      }
      got += count;
    }
    return got;
  }

 private:
  const std::string path_;
  const Descriptor file_;
  const int64_t size_;
};

class LocalFileSystem final : public FileSystem {
 public:
  Result<FileInfo> Stat(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    struct stat parent{};
    if (::stat(ParentPath(path).c_str(), &parent) != 0) {
      return LookupError(errno, path, "look up");
    }
    FileInfo info;
    if (const int error = StatEntry(AT_FDCWD, path.c_str(), parent.st_dev, path, info)) {
      return LookupError(error, path, "look up");
    }
    return info;
  }

  Result<std::vector<FileInfo>> List(const std::string& directory) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(directory));
    HOWDAH_ASSIGN_OR_RETURN(const FileInfo self, Stat(directory));
    if (self.type != FileType::kDirectory) return NotADirectory(directory);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()),
                                                     ::closedir);
    struct stat opened{};
    if (stream == nullptr || ::fstat(::dirfd(stream.get()), &opened) != 0) {
      return LookupError(errno, directory, "list");
    }
    std::vector<FileInfo> entries;
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(stream.get());
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      FileInfo info;
      const int error = StatEntry(::dirfd(stream.get()), entry->d_name, opened.st_dev,
                                  JoinPath(directory, name), info);
      if (error == ENOENT) continue;  // removed since it was listed
      if (error != 0) return PosixError(error, JoinPath(directory, name), "look up");
      entries.push_back(std::move(info));
    }
    if (errno != 0) return PosixError(errno, directory, "list");
    std::sort(entries.begin(), entries.end(),
              [](const FileInfo& a, const FileInfo& b) { return a.name() < b.name(); });
    return entries;
  }

  Result<std::unique_ptr<ByteSource>> OpenInput(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    // O_NONBLOCK: opening a FIFO must not wait for its writer. It has no effect on files.
    Descriptor file(RetryInterrupted([&] {
      return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    }));
    struct stat info{};
    if (file.get() >= 0 && ::fstat(file.get(), &info) != 0) {
      return PosixError(errno, path, "read");
    }
    const bool is_socket = file.get() < 0 && errno == ENXIO;
    if (file.get() < 0 && !is_socket) return LookupError(errno, path, "read");
    if (!S_ISREG(info.st_mode)) {
      return Error(ErrorKind::kInvalidInput, "{}: expected a file, got a {}", path,
                   S_ISDIR(info.st_mode) ? "directory" : "device, pipe or socket");
    }
    return std::make_unique<LocalSource>(path, std::move(file), info.st_size);
  }

  Result<std::unique_ptr<PendingFile>> CreateFile(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckEntryPath(path));
    return CreateLocalFile(path);
  }

  Status CreateDirectory(const std::string& path, uint32_t mode) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    const Descriptor parent = OpenDirectory(ParentPath(path));
    if (parent.get() < 0 || ::mkdir(path.c_str(), mode) != 0) {
      return CannotCreate(errno, path);
    }
    return SyncDirectory(parent, path);
  }

  Status Rename(const std::string& from, const std::string& to,
                IfExists if_exists) override {
    HOWDAH_RETURN_IF_ERROR(CheckRenamePaths(from, to));
    return MoveEntryDurably(from, to, if_exists);
  }

  Status DeleteFile(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckEntryPath(path));
    if (::unlink(path.c_str()) == 0) return Status::OK();
    return LookupError(errno, path, "remove");
  }

  Status DeleteDirectory(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckEntryPath(path));
    if (::rmdir(path.c_str()) == 0) return Status::OK();
    const int error = errno;
    if (error == ENOTEMPTY || error == EEXIST) {
      return Error(ErrorKind::kAlreadyExists, "{}: cannot remove: it is not empty", path);
    }
    struct stat entry{};
    if (error == ENOTDIR && ::lstat(path.c_str(), &entry) == 0)
      return NotADirectory(path);
    return LookupError(error, path, "remove");
  }

  Status DeleteTree(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckEntryPath(path));
    std::error_code error;
    const uintmax_t removed = std::filesystem::remove_all(path, error);
    if (error.value() == ENOTEMPTY) {
      return Error(ErrorKind::kTransient,
                   "{}: cannot remove: another process is putting files there", path);
    }
    if (error) return LookupError(error.value(), path, "remove");
    return removed > 0 ? Status::OK() : LookupError(ENOENT, path, "remove");
  }

  Result<uint32_t> Checksum(const std::string& path) override {
    constexpr size_t kChunkBytes = size_t{1} << 20;
    HOWDAH_ASSIGN_OR_RETURN(const auto source, OpenInput(path));
    std::vector<std::byte> chunk(kChunkBytes);
    uint32_t crc = 0;
    for (int64_t offset = 0; offset < source->size();) {
      HOWDAH_ASSIGN_OR_RETURN(const int64_t got, source->ReadAt(offset, chunk));
      crc = Crc32c(crc, std::span(chunk).first(static_cast<size_t>(got)));
      offset += got;
    }
    return crc;
  }

  Status CheckWritable(const std::string& directory) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(directory));
    HOWDAH_ASSIGN_OR_RETURN(const FileInfo info, Stat(directory));
    if (info.type != FileType::kDirectory) return NotADirectory(directory);
    if (::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) == 0) {
      return Status::OK();
    }
    return LookupError(errno, directory, "create files there");
  }

  Result<Acl> GetAcl(const std::string& path) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    return ReadPosixAcl(path);
  }

  Status SetAcl(const std::string& path, const Acl& acl) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    return WritePosixAcl(path, acl);
  }

  Status SetPermission(const std::string& path, uint32_t mode) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    const Descriptor opened = OpenTrusted(path);
    if (opened.get() != -1 && ::chmod(PathOf(opened).c_str(), mode & 07777) == 0) {
      return Status::OK();
    }
    return LookupError(errno, path, "change its mode");
  }

  Status SetOwner(const std::string& path, const std::string& owner,
                  const std::string& group) override {
    HOWDAH_RETURN_IF_ERROR(CheckPath(path));
    uid_t user = static_cast<uid_t>(-1);  // stays
    gid_t users = static_cast<gid_t>(-1);
    if (!owner.empty()) {
      HOWDAH_ASSIGN_OR_RETURN(user, ParsePosixId(owner));
    }
    if (!group.empty()) {
      HOWDAH_ASSIGN_OR_RETURN(users, ParsePosixId(group));
    }
    const Descriptor opened = OpenTrusted(path);
    if (opened.get() != -1 &&
        ::fchownat(opened.get(), "", user, users, AT_EMPTY_PATH) == 0) {
      return Status::OK();
    }
    // In a container: a user of the machine whom it does not know.
    return LookupError(errno == EINVAL ? EPERM : errno, path, "change its owner");
  }

 private:
  static Status NotADirectory(const std::string& path) {
    return Error(ErrorKind::kInvalidInput, "{}: expected a directory, got something else",
                 path);
  }
};

}  // namespace

std::unique_ptr<FileSystem> MakeLocalFileSystem() {
  return std::make_unique<LocalFileSystem>();
}

}  // namespace howdah
