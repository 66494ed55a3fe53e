#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_io.h"
#include "base/status.h"
#include "storage/acl.h"

namespace howdah {

/// What to do when the target of a commit or rename is taken.
enum class IfExists {
  kFail,     ///< AlreadyExists, whatever the target is
  kReplace,  ///< a file replaces a file; a directory replaces an *empty* directory only
};

enum class FileType { kFile, kDirectory, kOther };

struct FileInfo {
  std::string path;  ///< absolute
  FileType type = FileType::kOther;
  int64_t size = 0;      ///< bytes; 0 for directories
  int64_t mtime_us = 0;  ///< microseconds since 1970
  uint32_t mode = 0;     ///< permission bits, 07777
  std::string owner;     ///< as the storage names them: on local disk a number
  std::string group;
  bool may_have_acl = false;  ///< false: proven to have none; otherwise GetAcl tells
  bool is_symlink = false;  ///< the path itself is a link; the rest describes its target
  bool is_mount_point = false;  ///< a directory on another device than its parent

  std::string_view name() const;  ///< last component of `path`
};

/// A file whose bytes are safe under its name.
struct ClosedFile {
  int64_t size = 0;
  uint32_t crc32c = 0;  ///< of all bytes appended
};

/// A file that nobody can see under its name yet. Thread-confined.
/// Exactly one of Commit and Abort ends it; the destructor aborts. Until then the bytes
/// may be under a unique hidden name in the same directory, which a process that is
/// killed leaves there.
class PendingFile : public ByteSink {
 public:
  /// Append at most `length` bytes of `source` from `offset` on. A file that can has them
  /// read to where it needs them, and spares a copy. \return how many: fewer only where
  /// the source ends. An error of the source leaves the file as it is.
  virtual Result<int64_t> AppendFrom(ByteSource& source, int64_t offset, int64_t length);
  /// Make the file visible under its name, whole, in one atomic step, and durable where
  /// the file system can. NotFound if the directory is no longer the one in which the
  /// file was begun: removed, or moved away. After an error the file is as after Abort,
  /// except for CommitStateUnknown: the reply was lost; stat decides.
  virtual Result<ClosedFile> Commit(IfExists if_exists) = 0;
  /// Remove what was written. May repeat; never fails.
  virtual void Abort() noexcept = 0;
};

/// A directory tree with atomic names: local disk, memory, HDFS.
///
/// Paths are absolute, '/'-separated, without scheme, "." or "..", and without a trailing
/// '/'. Thread-safe. Errors by kind, the same on every implementation (the conformance
/// suite in testing/ is run over all of them):
///   NotFound            proven absent: the path, or for creating calls its parent
///   AlreadyExists       the target is taken, or a directory to be removed is not empty
///   PermissionDenied
///   ResourceExhausted   disk full, quota
///   InvalidInput        a file where a directory must be or the reverse; a bad path
///   Unsupported         the rename would cross devices
///   CommitStateUnknown  it happened or not; only from calls that change names
/// An error that leaves unknown whether something exists is never NotFound. A path that
/// leads through a file ("/file/x") is proven absent: NotFound from calls that look,
/// open, delete or move from there; InvalidInput from calls that would make something
/// there.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// Follows symlinks; one that leads nowhere is described itself, as kOther.
  virtual Result<FileInfo> Stat(const std::string& path) = 0;
  /// The directory's entries as Stat tells them, sorted by name (bytes). NotFound,
  /// InvalidInput (not a directory).
  virtual Result<std::vector<FileInfo>> List(const std::string& directory) = 0;
  /// InvalidInput for anything but a file. A source that finds its file cut short while
  /// it reads says Corruption.
  virtual Result<std::unique_ptr<ByteSource>> OpenInput(const std::string& path) = 0;

  /// Begin a file. Its parent must exist: no directories are made. What exists at `path`
  /// is looked at by Commit only.
  virtual Result<std::unique_ptr<PendingFile>> CreateFile(const std::string& path) = 0;
  /// The most memory, in bytes, that a pending file holds of what was appended to it, for
  /// budgets; 0: none to speak of.
  virtual int64_t PendingFileBytes() const { return 0; }
  /// Make one directory, one level. `mode` as for mkdir(2), subject to the umask.
  /// AlreadyExists; NotFound when the parent is missing.
  virtual Status CreateDirectory(const std::string& path, uint32_t mode = 0777) = 0;
  /// Move a file or a whole tree in one atomic step; never nests under an existing
  /// directory, never makes parents. A symlink is moved or replaced itself. NotFound: the
  /// source (looked at before the target), or the target's parent, is missing.
  /// InvalidInput: `to` is below `from`; with kReplace, one is a directory and the other
  /// is not.
  virtual Status Rename(const std::string& from, const std::string& to,
                        IfExists if_exists) = 0;

  /// Remove a file or a symlink; InvalidInput for a directory.
  virtual Status DeleteFile(const std::string& path) = 0;
  /// Remove an empty directory; InvalidInput for anything else.
  virtual Status DeleteDirectory(const std::string& path) = 0;
  /// Remove a file or a directory with all it holds; not atomic. Symlinks are not
  /// followed. Transient: another process was putting entries there.
  virtual Status DeleteTree(const std::string& path) = 0;

  /// CRC-32C of the file's bytes as stored, by the storage's own means where it has them.
  virtual Result<uint32_t> Checksum(const std::string& path) = 0;
  /// OK if this process may create entries in `directory`; PermissionDenied, NotFound or
  /// InvalidInput otherwise. A hint for early errors: writes nothing, promises nothing.
  virtual Status CheckWritable(const std::string& directory) = 0;

  // Who may do what. These follow symlinks, as Stat does.
  /// Empty where there is none, or the storage keeps none: the mode says it all.
  virtual Result<Acl> GetAcl(const std::string& path) = 0;
  /// Give it this list and no other. With an access list the mode's bits become its;
  /// without one they are to be set after it. InvalidInput: a default list for a file, an
  /// incomplete list. Unsupported: the storage keeps none, and `acl` is not empty.
  virtual Status SetAcl(const std::string& path, const Acl& acl) = 0;
  /// Of 07777 what the storage has. With an access list its bits change: the mask for the
  /// group's.
  virtual Status SetPermission(const std::string& path, uint32_t mode) = 0;
  /// An empty owner or group stays as it is; others are named as Stat does.
  /// PermissionDenied: this process may not give it to them.
  virtual Status SetOwner(const std::string& path, const std::string& owner,
                          const std::string& group) = 0;
};

/// Write a whole small file: CreateFile, one Append, Commit.
Result<ClosedFile> WriteFile(FileSystem& fs, const std::string& path,
                             std::string_view text, IfExists if_exists);
/// Read a whole small file; Corruption if it is longer than `limit_bytes`.
Result<std::string> ReadFile(FileSystem& fs, const std::string& path,
                             int64_t limit_bytes = int64_t{1} << 30);
/// True / false when known; an error otherwise.
Result<bool> Exists(FileSystem& fs, const std::string& path);
/// CreateDirectory for `path` and all its missing parents; existing directories are fine.
Status CreateDirectories(FileSystem& fs, const std::string& path);

/// "/a/b" + "c" -> "/a/b/c"; "/" + "c" -> "/c".
std::string JoinPath(std::string_view directory, std::string_view name);
/// "/a/b" -> "/a"; "/a" -> "/"; "/" -> "/".
std::string ParentPath(std::string_view path);
/// "/a/b" -> "b".
std::string_view BaseName(std::string_view path);
/// Hidden for Hive, Spark, Impala: the name begins with '_' or '.'.
bool IsHiddenName(std::string_view name);

}  // namespace howdah
