#pragma once

#include <cerrno>
#include <string>
#include <utility>

#include "base/status.h"

namespace howdah {

/// Owns an open file descriptor; -1 for none.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { Close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const { return fd_; }
  /// \return 0 or the errno; closed in either case, and again does nothing.
  int Close();

 private:
  int fd_;
};

/// Repeats `call`, which returns -1 and sets errno like a system call, while it is
/// interrupted.
template <typename Call>
auto RetryInterrupted(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

/// Opens `directory` for the *at calls and SyncDirectory. get() is -1 and errno set on
/// failure.
Descriptor OpenDirectory(const std::string& directory);

/// Opens what `path` names, to change who may do what with it, and follows no symbolic
/// link of a user other than root and this process's: whoever may rename a directory on
/// the way could have root change any file otherwise. get() is -1 and errno set on
/// failure, EACCES for such a link.
Descriptor OpenTrusted(const std::string& path);
/// A path of what is open, whatever its names are by now.
std::string PathOf(const Descriptor& descriptor);

/// Makes changes of names in the directory durable, where the file system can do that and
/// the process may read the directory. CommitStateUnknown otherwise: the names have
/// changed, but a power cut may undo it. `path` is the entry that changed.
Status SyncDirectory(const Descriptor& directory, const std::string& path);

}  // namespace howdah
