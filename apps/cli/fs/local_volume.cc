#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>

#include "cli/fs/volume.h"

namespace howdah::cli {
namespace {

Status Failed(int error, const std::string& path, std::string_view act) {
  const std::string why = std::generic_category().message(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Error(ErrorKind::kNotFound, "{}: no such file or directory", path);
    case EACCES:
    case EPERM:
    case EROFS:
      return Error(ErrorKind::kPermissionDenied, "{}: cannot {}: {}", path, act, why);
    default:
      return Error(ErrorKind::kInternal, "{}: cannot {}: {}", path, act, why);
  }
}

/// The names of users and groups, each asked for once. Thread-safe.
class Names {
 public:
  std::string User(uid_t id) {
    const std::lock_guard lock(mutex_);
    const auto [known, is_new] = users_.try_emplace(id);
    if (is_new) {
      const passwd* user = getpwuid(id);
      known->second = user == nullptr ? std::to_string(id) : user->pw_name;
    }
    return known->second;
  }
  std::string Group(gid_t id) {
    const std::lock_guard lock(mutex_);
    const auto [known, is_new] = groups_.try_emplace(id);
    if (is_new) {
      const group* found = getgrgid(id);
      known->second = found == nullptr ? std::to_string(id) : found->gr_name;
    }
    return known->second;
  }
  /// The number of a user or group by name or digits; -1 for the empty name.
  Result<uid_t> UserId(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (name.empty()) return static_cast<uid_t>(-1);
    if (const passwd* user = getpwnam(name.c_str())) return user->pw_uid;
    return Number(name, "user");
  }
  Result<gid_t> GroupId(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (name.empty()) return static_cast<gid_t>(-1);
    if (const group* found = getgrnam(name.c_str())) return found->gr_gid;
    return Number(name, "group");
  }

 private:
  static Result<uid_t> Number(const std::string& name, std::string_view what) {
    uint32_t number = 0;
    const char* end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data(), end, number);
    if (error == std::errc() && stop == end) return number;
    return Error(ErrorKind::kInvalidInput, "there is no {} '{}'", what, name);
  }

  std::mutex mutex_;  // getpwuid and its like share one buffer
  std::map<uid_t, std::string> users_;
  std::map<gid_t, std::string> groups_;
};

int64_t Micros(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
}

timespec ToTimespec(int64_t micros) {
  constexpr int64_t kMicros = 1'000'000;
  const int64_t rest = (micros % kMicros + kMicros) % kMicros;
  return {.tv_sec = static_cast<time_t>((micros - rest) / kMicros),
          .tv_nsec = static_cast<long>(rest * 1000)};
}

class LocalVolume final : public Volume {
 public:
  explicit LocalVolume(FileSystem& files) : files_(files) {}

  FileSystem& files() override { return files_; }
  std::string url() const override { return "file://"; }
  std::string home() const override {
    std::error_code error;
    const std::filesystem::path path = std::filesystem::current_path(error);
    return error ? "/" : path.string();
  }

  Result<Entry> Describe(const std::string& path) override {
    struct stat state{};
    if (lstat(path.c_str(), &state) != 0) return Failed(errno, path, "look up");
    Entry entry;
    entry.path = path;
    entry.is_symlink = S_ISLNK(state.st_mode);
    // A link that leads nowhere is described itself.
    if (struct stat target{}; entry.is_symlink && stat(path.c_str(), &target) == 0) {
      state = target;
    }
    if (S_ISDIR(state.st_mode)) entry.type = FileType::kDirectory;
    if (S_ISREG(state.st_mode)) entry.type = FileType::kFile;
    entry.size = entry.type == FileType::kFile ? state.st_size : 0;
    entry.mode = state.st_mode & 07777;
    entry.owner = names_.User(state.st_uid);
    entry.group = names_.Group(state.st_gid);
    entry.mtime_us = Micros(state.st_mtim);
    entry.atime_us = Micros(state.st_atim);
    entry.replication = entry.is_directory() ? 0 : 1;
    entry.block_size = state.st_blksize;
    entry.identity = {state.st_dev, state.st_ino};
    return entry;
  }

  Status ListPages(const std::string& directory, const TakePage& take) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(opendir(directory.c_str()),
                                                     closedir);
    if (stream == nullptr && errno == ENOTDIR && access(directory.c_str(), F_OK) == 0) {
      return Error(ErrorKind::kInvalidInput, "{} is a file, expected a directory",
                   directory);
    }
    if (stream == nullptr) return Failed(errno, directory, "list");
    std::vector<std::string> names;
    while (true) {
      errno = 0;
      const dirent* entry = readdir(stream.get());
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return Failed(errno, directory, "list");
    std::ranges::sort(names);
    std::vector<Entry> entries;
    for (const std::string& name : names) {
      Result<Entry> entry = Describe(JoinPath(directory, name));
      if (Is(entry.status(), ErrorKind::kNotFound)) continue;  // removed since
      HOWDAH_RETURN_IF_ERROR(entry.status());
      entries.push_back(*std::move(entry));
    }
    return take(std::move(entries), 0);
  }

  Status MakeDirectories(const std::string& path) override {
    return CreateDirectories(files_, path);
  }

  Status SetMode(const std::string& path, uint32_t mode) override {
    if (chmod(path.c_str(), mode) != 0) return Failed(errno, path, "change the mode");
    return Status::OK();
  }

  Status SetOwner(const std::string& path, const std::string& owner,
                  const std::string& group) override {
    HOWDAH_ASSIGN_OR_RETURN(const uid_t user, names_.UserId(owner));
    HOWDAH_ASSIGN_OR_RETURN(const gid_t group_id, names_.GroupId(group));
    if (chown(path.c_str(), user, group_id) != 0) {
      return Failed(errno, path, "change the owner");
    }
    return Status::OK();
  }

  Status SetTimes(const std::string& path, int64_t mtime_us, int64_t atime_us) override {
    const timespec times[] = {ToTimespec(atime_us), ToTimespec(mtime_us)};
    if (utimensat(AT_FDCWD, path.c_str(), times, 0) != 0) {
      return Failed(errno, path, "change the times");
    }
    return Status::OK();
  }

  Status CheckAccess(const std::string& path, uint32_t access) override {
    if (faccessat(AT_FDCWD, path.c_str(), static_cast<int>(access), AT_EACCESS) != 0) {
      return Failed(errno, path, "be used");
    }
    return Status::OK();
  }

  Result<TreeUsage> Summarize(const std::string& path) override {
    HOWDAH_ASSIGN_OR_RETURN(const Entry entry, Describe(path));
    TreeUsage usage;
    HOWDAH_RETURN_IF_ERROR(Add(entry, &usage));
    return usage;
  }

  Result<VolumeSpace> Space(const std::string& path) override {
    struct statvfs state{};
    if (statvfs(path.c_str(), &state) != 0) return Failed(errno, path, "look up");
    const auto unit = static_cast<int64_t>(state.f_frsize);
    return VolumeSpace{
        .capacity = static_cast<int64_t>(state.f_blocks) * unit,
        .used = static_cast<int64_t>(state.f_blocks - state.f_bfree) * unit,
        .available = static_cast<int64_t>(state.f_bavail) * unit};
  }

 private:
  Status Add(const Entry& entry, TreeUsage* usage) {
    ++(entry.is_directory() ? usage->directories : usage->files);
    usage->bytes += entry.size;
    usage->space += entry.size;
    if (!entry.is_directory()) return Status::OK();
    return ListPages(entry.path, [&](const std::vector<Entry>& page, int64_t) {
      for (const Entry& below : page) {
        // A link counts as one file: what it leads to is counted where it is.
        if (below.is_symlink) {
          ++usage->files;
        } else {
          HOWDAH_RETURN_IF_ERROR(Add(below, usage));
        }
      }
      return Status::OK();
    });
  }

  FileSystem& files_;
  Names names_;
};

}  // namespace

std::unique_ptr<Volume> MakeLocalVolume(FileSystem& files) {
  return std::make_unique<LocalVolume>(files);
}

Result<std::vector<Entry>> ListEntries(Volume& volume, const std::string& directory) {
  std::vector<Entry> entries;
  HOWDAH_RETURN_IF_ERROR(
      volume.ListPages(directory, [&](std::vector<Entry> page, int64_t) {
        entries.insert(entries.end(), std::make_move_iterator(page.begin()),
                       std::make_move_iterator(page.end()));
        return Status::OK();
      }));
  std::ranges::sort(entries, {}, &Entry::path);
  return entries;
}

}  // namespace howdah::cli
