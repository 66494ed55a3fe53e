#include "commit/control_file.h"

namespace howdah {
namespace {

constexpr int kTries = 2;

bool IsLost(const Status& status) { return Is(status, ErrorKind::kCommitStateUnknown); }

}  // namespace

Status Unresolved(const Status& status) {
  return Error(ErrorKind::kTransient,
               "{} (nothing visible changed; the same command goes on from here)",
               status.message());
}

Status MakeDirectory(FileSystem& fs, const std::string& path, uint32_t mode) {
  Status made;
  for (int i = 0; i < kTries; ++i) {
    made = fs.CreateDirectory(path, mode);
    if (made.ok() || Is(made, ErrorKind::kAlreadyExists)) return Status::OK();
    if (!IsLost(made)) return made;
    HOWDAH_ASSIGN_OR_RETURN(const bool there, Exists(fs, path));
    if (there) return Status::OK();
  }
  return Unresolved(made);
}

Status WriteWhole(FileSystem& fs, const std::string& path, std::string_view text) {
  Status written;
  for (int i = 0; i < kTries; ++i) {
    written = WriteFile(fs, path, text, IfExists::kFail).status();
    // On the second try the name may be taken: by the first, which was late.
    const bool late = i > 0 && Is(written, ErrorKind::kAlreadyExists);
    if (!written.ok() && !IsLost(written) && !late) return written;
    const Result<FileInfo> info = fs.Stat(path);
    if (info.ok()) {
      if (info->size == static_cast<int64_t>(text.size())) return Status::OK();
      return Error(ErrorKind::kCorruption, "'{}' has {} bytes after {} were written",
                   path, info->size, text.size());
    }
    if (written.ok() || !Is(info.status(), ErrorKind::kNotFound)) return info.status();
  }
  return Unresolved(written);
}

Status RenameFirstWins(FileSystem& fs, const std::string& from, const std::string& to) {
  Status renamed;
  for (int i = 0; i < kTries; ++i) {
    renamed = fs.Rename(from, to, IfExists::kFail);
    if (!IsLost(renamed)) return renamed;
    HOWDAH_ASSIGN_OR_RETURN(const bool taken, Exists(fs, to));
    if (taken) return Error(ErrorKind::kAlreadyExists, "'{}' is there", to);
  }
  return Unresolved(renamed);
}

Status PlaceControlFile(FileSystem& fs, Environment& environment, const std::string& tmp,
                        const std::string& target, std::string_view text) {
  const std::string staged = JoinPath(tmp, RandomHex(environment));
  HOWDAH_RETURN_IF_ERROR(WriteWhole(fs, staged, text));
  return RenameFirstWins(fs, staged, target);
}

}  // namespace howdah
