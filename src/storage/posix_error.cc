#include "storage/posix_error.h"

#include <cerrno>
#include <system_error>

#include "storage/file_system.h"

namespace howdah {
namespace {

std::string_view Advice(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "; free space there or write elsewhere";
    case EFBIG:
      return "; write smaller files";
    case EMFILE:
      return "; raise the limit of open files (ulimit -n)";
    case EXDEV:
      return "; both paths must be on one file system";
    case EBUSY:
      return "; a mount point cannot be moved or replaced, use a directory inside it";
    default:
      return "";
  }
}

}  // namespace

ErrorKind KindOfErrno(int error) {
  switch (error) {
    case ENOENT:
      return ErrorKind::kNotFound;
    case EEXIST:
    case ENOTEMPTY:
      return ErrorKind::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorKind::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case EMLINK:
    case ENOMEM:
      return ErrorKind::kResourceExhausted;
    case ENOTDIR:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP:
    case EINVAL:  // a name that this file system cannot hold, or a move into itself
    case EILSEQ:
      return ErrorKind::kInvalidInput;
    case EXDEV:
    case EBUSY:
    case ENOSYS:
    case EOPNOTSUPP:
      return ErrorKind::kUnsupported;
    case EAGAIN:
    case ETIMEDOUT:
    case ESTALE:  // a network file system lost the object: whether it exists is not known
      return ErrorKind::kTransient;
    default:
      return ErrorKind::kInternal;
  }
}

Status PosixError(int error, std::string_view path, std::string_view act) {
  return Error(KindOfErrno(error), "{}: cannot {}: {}{}", path, act,
               std::generic_category().message(error), Advice(error));
}

Status CannotCreate(int error, std::string_view path) {
  switch (error) {
    case EEXIST:
      return Error(ErrorKind::kAlreadyExists, "{}: cannot create: it exists already",
                   path);
    case ENOENT:
      return Error(ErrorKind::kNotFound,
                   "{}: cannot create: the directory {} does not exist", path,
                   ParentPath(path));
    case ENOTDIR:
      return Error(ErrorKind::kInvalidInput, "{}: cannot create: {} is not a directory",
                   path, ParentPath(path));
    default:
      return PosixError(error, path, "create");
  }
}

}  // namespace howdah
