#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "storage/file_system.h"

namespace howdah::hdfs {
class HdfsFileSystem;
}

namespace howdah::cli {

/// A file or directory with all that listings show of it.
struct Entry {
  std::string path;  ///< absolute
  FileType type = FileType::kOther;
  bool is_symlink = false;  ///< the path is a link; the rest describes its target
  int64_t size = 0;         ///< bytes; 0 for directories
  uint32_t mode = 0;        ///< permission bits, 07777
  bool has_acl = false;
  std::string owner, group;
  int64_t mtime_us = 0, atime_us = 0;  ///< since 1970
  uint32_t replication = 0;            ///< 0 for directories
  int64_t block_size = 0;
  /// The same for one object under all its names.
  std::pair<uint64_t, uint64_t> identity;

  bool is_directory() const { return type == FileType::kDirectory; }
  std::string_view name() const { return BaseName(path); }
};

/// What a tree holds, its root included.
struct TreeUsage {
  int64_t bytes = 0, space = 0;  ///< space: with all replicas
  int64_t files = 0, directories = 0;
  int64_t quota = -1, space_quota = -1;  ///< of names and of space; -1: none
};

struct VolumeSpace {
  int64_t capacity = 0, used = 0, available = 0;
};

/// What `fs` needs of a storage beyond FileSystem: local disk or one HDFS. Paths and
/// errors are those of FileSystem. Thread-safe.
class Volume {
 public:
  virtual ~Volume() = default;

  virtual FileSystem& files() = 0;
  /// "hdfs://host:8020" or "file://": before an absolute path it makes a URL.
  virtual std::string url() const = 0;
  /// Where relative paths begin.
  virtual std::string home() const = 0;

  /// As FileSystem::Stat.
  virtual Result<Entry> Describe(const std::string& path) = 0;

  /// Takes a page, sorted by name (bytes), and how many entries come after it.
  using TakePage = std::function<Status(std::vector<Entry> page, int64_t remaining)>;
  /// Hand the entries of a directory on page by page: no more than one is in memory. An
  /// error of `take` ends it and is returned.
  virtual Status ListPages(const std::string& directory, const TakePage& take) = 0;

  /// A directory with all its missing parents; one that exists is fine.
  virtual Status MakeDirectories(const std::string& path) = 0;
  virtual Status SetMode(const std::string& path, uint32_t mode) = 0;
  /// An empty owner or group stays as it is.
  virtual Status SetOwner(const std::string& path, const std::string& owner,
                          const std::string& group) = 0;
  virtual Status SetTimes(const std::string& path, int64_t mtime_us,
                          int64_t atime_us) = 0;
  /// OK if this user may do all of `access` (4 read, 2 write, 1 execute);
  /// PermissionDenied.
  virtual Status CheckAccess(const std::string& path, uint32_t access) = 0;
  virtual Result<TreeUsage> Summarize(const std::string& path) = 0;
  /// Of what holds `path`.
  virtual Result<VolumeSpace> Space(const std::string& path) = 0;

  /// What only HDFS can; null for others.
  virtual hdfs::HdfsFileSystem* hdfs() { return nullptr; }
};

/// `files` is the local disk's, and must outlive the volume.
std::unique_ptr<Volume> MakeLocalVolume(FileSystem& files);
/// `files` must outlive the volume.
std::unique_ptr<Volume> MakeHdfsVolume(hdfs::HdfsFileSystem& files);

/// All entries of a directory, sorted by name (bytes).
Result<std::vector<Entry>> ListEntries(Volume& volume, const std::string& directory);

}  // namespace howdah::cli
