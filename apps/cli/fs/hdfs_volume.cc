#include <algorithm>
#include <optional>

#include "cli/fs/volume.h"
#include "hdfs/hdfs_file_system.h"

namespace howdah::cli {
namespace {

Entry ToEntry(const hdfs::FileStatus& status, std::string path) {
  Entry entry;
  entry.path = std::move(path);
  entry.is_symlink = status.type == hdfs::NodeType::kSymlink;
  if (status.type == hdfs::NodeType::kDirectory) entry.type = FileType::kDirectory;
  if (status.type == hdfs::NodeType::kFile) entry.type = FileType::kFile;
  entry.size = static_cast<int64_t>(status.length);
  entry.mode = status.mode;
  entry.has_acl = status.has_acl;
  entry.owner = status.owner;
  entry.group = status.group;
  entry.mtime_us = status.modification_time_ms * 1000;
  entry.atime_us = status.access_time_ms * 1000;
  entry.replication = status.replication;
  entry.block_size = static_cast<int64_t>(status.block_size);
  entry.identity = {0, status.file_id};
  return entry;
}

class HdfsVolume final : public Volume {
 public:
  explicit HdfsVolume(hdfs::HdfsFileSystem& files) : files_(files) {}

  FileSystem& files() override { return files_; }
  hdfs::HdfsFileSystem* hdfs() override { return &files_; }
  std::string url() const override { return "hdfs://" + files_.options().service; }
  std::string home() const override { return "/user/" + files_.options().user; }

  Result<Entry> Describe(const std::string& path) override {
    HOWDAH_ASSIGN_OR_RETURN(const hdfs::FileStatus status, files_.Describe(path));
    return ToEntry(status, path);
  }

  Status ListPages(const std::string& directory, const TakePage& take) override {
    // What Describe refuses as a path is refused here too.
    HOWDAH_ASSIGN_OR_RETURN(const hdfs::FileStatus self, files_.Describe(directory));
    if (self.type != hdfs::NodeType::kDirectory) {
      return Error(ErrorKind::kInvalidInput, "{} is a file, expected a directory",
                   directory);
    }
    std::string last;
    while (true) {
      HOWDAH_ASSIGN_OR_RETURN(std::optional<hdfs::DirectoryListing> listing,
                              files_.namenode().GetListing(directory, last));
      if (!listing.has_value()) {
        return Error(ErrorKind::kNotFound, "{}: no such file or directory", directory);
      }
      std::vector<Entry> page;
      page.reserve(listing->entries.size());
      for (const hdfs::FileStatus& status : listing->entries) {
        page.push_back(ToEntry(status, JoinPath(directory, status.name)));
      }
      if (listing->remaining > 0 &&
          (page.empty() || listing->entries.back().name == last)) {
        return Error(ErrorKind::kCorruption, "{}: the NameNode's listing does not go on",
                     directory);
      }
      if (!page.empty()) last = listing->entries.back().name;
      // The NameNode takes bytes for signed numbers when it sorts.
      std::ranges::sort(page, {}, &Entry::path);
      HOWDAH_RETURN_IF_ERROR(take(std::move(page), listing->remaining));
      if (listing->remaining == 0) return Status::OK();
    }
  }

  Status MakeDirectories(const std::string& path) override {
    HOWDAH_ASSIGN_OR_RETURN(const bool there, Exists(files_, path));
    if (!there) {
      const Status made =
          files_.namenode().MakeDirectory(path, 0777, hdfs::MakeParents::kYes);
      // HDFS has several words for a file that is in the way.
      if (!Is(made, ErrorKind::kNotFound) && !Is(made, ErrorKind::kAlreadyExists)) {
        return made;
      }
    }
    return CreateDirectories(files_, path);
  }

  Status SetMode(const std::string& path, uint32_t mode) override {
    if ((mode & 06000) != 0) {
      return Error(ErrorKind::kInvalidInput, "{}: HDFS has no setuid and setgid", path);
    }
    return files_.SetPermission(path, mode);
  }

  Status SetOwner(const std::string& path, const std::string& owner,
                  const std::string& group) override {
    return files_.SetOwner(path, owner, group);
  }

  Status SetTimes(const std::string& path, int64_t mtime_us, int64_t atime_us) override {
    return files_.SetTimes(path, mtime_us / 1000, atime_us / 1000);
  }

  Status CheckAccess(const std::string& path, uint32_t access) override {
    return files_.namenode().CheckAccess(path, access);
  }

  Result<TreeUsage> Summarize(const std::string& path) override {
    HOWDAH_ASSIGN_OR_RETURN(const hdfs::ContentSummary summary, files_.Summarize(path));
    TreeUsage usage;
    usage.bytes = static_cast<int64_t>(summary.length);
    usage.space = static_cast<int64_t>(summary.space_consumed);
    usage.files = static_cast<int64_t>(summary.file_count);
    usage.directories = static_cast<int64_t>(summary.directory_count);
    usage.quota = summary.quota;
    usage.space_quota = summary.space_quota;
    return usage;
  }

  Result<VolumeSpace> Space(const std::string&) override {
    HOWDAH_ASSIGN_OR_RETURN(const hdfs::FileSystemStatus status, files_.Space());
    return VolumeSpace{.capacity = static_cast<int64_t>(status.capacity),
                       .used = static_cast<int64_t>(status.used),
                       .available = static_cast<int64_t>(status.remaining)};
  }

 private:
  hdfs::HdfsFileSystem& files_;
};

}  // namespace

std::unique_ptr<Volume> MakeHdfsVolume(hdfs::HdfsFileSystem& files) {
  return std::make_unique<HdfsVolume>(files);
}

}  // namespace howdah::cli
