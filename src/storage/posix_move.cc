#include "storage/posix_move.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "storage/posix_descriptor.h"
#include "storage/posix_error.h"

namespace howdah {
namespace {

/// Is the entry itself, not what it links to, a directory? nullopt if proven absent.
/// Unknown (no permission, say) is taken as a file: only messages depend on it.
std::optional<bool> IsDirectory(const std::string& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) == 0) return S_ISDIR(info.st_mode);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  return false;
}

/// 0 or an errno.
int LinkAndUnlink(const std::string& from, const std::string& to) {
  if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0) != 0) {
    return errno == EPERM ? EOPNOTSUPP : errno;
  }
  if (::unlink(from.c_str()) == 0) return 0;
  // Another process took `from` away, or we may not remove it: take the move back.
  const int error = errno;
  ::unlink(to.c_str());
  return error;
}

/// 0 or an errno.
int MoveWithoutReplacing(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
    return 0;
  }
  const bool call_is_missing = errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP;
  if (!call_is_missing) return errno;
  const std::optional<bool> is_directory = IsDirectory(from);
  if (!is_directory.has_value()) return ENOENT;
  return *is_directory ? EOPNOTSUPP : LinkAndUnlink(from, to);
}

std::string_view TypeName(bool is_directory) {
  return is_directory ? "directory" : "file";
}

/// Why the move failed with `error`, which by itself leaves open which side was meant.
Status Explain(int error, const std::string& from, const std::string& to,
               IfExists if_exists) {
  const std::optional<bool> from_directory = IsDirectory(from);
  if (!from_directory.has_value()) {
    return Error(ErrorKind::kNotFound,
                 "{}: cannot move to {}: there is nothing of that name", from, to);
  }
  if (error == ENOENT) {
    return Error(ErrorKind::kNotFound,
                 "{}: cannot move to {}: the directory {} does not exist", from, to,
                 ParentPath(to));
  }
  const std::optional<bool> to_directory = IsDirectory(to);
  const bool target_is_in_the_way =
      error == EEXIST || error == ENOTEMPTY || error == EISDIR || error == ENOTDIR;
  if (target_is_in_the_way && to_directory.has_value()) {
    if (if_exists == IfExists::kFail) {
      return Error(ErrorKind::kAlreadyExists,
                   "{}: cannot move to {}: that exists already", from, to);
    }
    if (*from_directory != *to_directory) {
      return Error(ErrorKind::kInvalidInput, "{}: a {} cannot replace the {} {}", from,
                   TypeName(*from_directory), TypeName(*to_directory), to);
    }
    return Error(ErrorKind::kAlreadyExists,
                 "{}: cannot replace the directory {}: that is not empty", from, to);
  }
  if (error == EOPNOTSUPP) {
    return Error(
        ErrorKind::kUnsupported,
        "{}: cannot move to {}: this file system has no way to move a {} without "
        "risk of replacing what another process puts there; use a local disk",
        from, to, TypeName(*from_directory));
  }
  return PosixError(error, from, fmt::format("move to {}", to));
}

}  // namespace

Status MoveEntry(const std::string& from, const std::string& to, IfExists if_exists) {
  int error = 0;
  if (if_exists == IfExists::kFail) {
    error = MoveWithoutReplacing(from, to);
  } else if (::rename(from.c_str(), to.c_str()) != 0) {
    error = errno;
  }
  return error == 0 ? Status::OK() : Explain(error, from, to, if_exists);
}

Status MoveEntryDurably(const std::string& from, const std::string& to,
                        IfExists if_exists) {
  // Opened first: once the entry is moved, others may move or remove its directories.
  const Descriptor from_parent = OpenDirectory(ParentPath(from));
  if (from_parent.get() < 0) return Explain(errno, from, to, if_exists);
  const Descriptor to_parent = OpenDirectory(ParentPath(to));
  if (to_parent.get() < 0) return Explain(errno, from, to, if_exists);
  HOWDAH_RETURN_IF_ERROR(MoveEntry(from, to, if_exists));
  HOWDAH_RETURN_IF_ERROR(SyncDirectory(to_parent, to));
  if (ParentPath(from) == ParentPath(to)) return Status::OK();
  return SyncDirectory(from_parent, from);
}

}  // namespace howdah
