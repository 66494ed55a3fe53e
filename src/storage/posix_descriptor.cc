#include "storage/posix_descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <system_error>

namespace howdah {

int Descriptor::Close() {
  if (fd_ < 0) return 0;
  // Never repeated: on Linux the descriptor is gone even after EINTR.
  const int error = ::close(std::exchange(fd_, -1)) == 0 ? 0 : errno;
  return error == EINTR ? 0 : error;
}

Descriptor OpenDirectory(const std::string& directory) {
  constexpr int kFlags = O_DIRECTORY | O_CLOEXEC;
  const auto open_as = [&](int flags) {
    return RetryInterrupted([&] { return ::open(directory.c_str(), kFlags | flags); });
  };
  int fd = open_as(O_RDONLY);
  // A directory that one may write to but not list can be used, only not synced.
  if (fd == -1 && errno == EACCES) fd = open_as(O_PATH);
  return Descriptor(fd);
}

Descriptor OpenTrusted(const std::string& path) {
  constexpr int kFlags = O_PATH | O_NOFOLLOW | O_CLOEXEC, kMostLinks = 40;
  const auto open_root = [] { return Descriptor(::open("/", O_PATH | O_CLOEXEC)); };
  Descriptor at = open_root();
  std::string rest = path;  // what is still to be walked, from `at`
  for (int links = 0; at.get() != -1 && !rest.empty();) {
    const size_t slash = std::min(rest.find('/'), rest.size());
    const std::string component = rest.substr(0, slash);
    rest.erase(0, slash + 1);
    if (component.empty()) continue;
    Descriptor next(::openat(at.get(), component.c_str(), kFlags));
    struct stat info{};
    if (next.get() == -1 || ::fstat(next.get(), &info) != 0) return Descriptor();
    if (!S_ISLNK(info.st_mode)) {
      at = std::move(next);
      continue;
    }
    std::array<char, PATH_MAX> target{};
    const ssize_t size = ::readlinkat(next.get(), "", target.data(), target.size());
    if (size < 0) return Descriptor();
    if ((info.st_uid != 0 && info.st_uid != ::geteuid()) || ++links > kMostLinks) {
      errno = links > kMostLinks ? ELOOP : EACCES;
      return Descriptor();
    }
    rest = std::string(target.data(), static_cast<size_t>(size)) + "/" + rest;
    if (rest.starts_with('/')) at = open_root();
  }
  return at;
}

std::string PathOf(const Descriptor& descriptor) {
  return fmt::format("/proc/self/fd/{}", descriptor.get());
}

Status SyncDirectory(const Descriptor& directory, const std::string& path) {
  if (RetryInterrupted([&] { return ::fsync(directory.get()); }) == 0)
    return Status::OK();
  // EBADF: opened with O_PATH. The others: not a thing this file system does.
  if (errno == EBADF || errno == EINVAL || errno == EOPNOTSUPP) return Status::OK();
  return Error(
      ErrorKind::kCommitStateUnknown,
      "{}: its directory could not be written to disk ({}): the change is visible "
      "now but may be lost when the machine stops",
      path, std::generic_category().message(errno));
}

}  // namespace howdah
