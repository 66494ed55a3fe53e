#include "storage/posix_descriptor.h"

#include <fcntl.h>
#include <unistd.h>

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
