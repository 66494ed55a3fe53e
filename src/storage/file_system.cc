#include "storage/file_system.h"

#include <algorithm>
#include <span>

namespace howdah {

std::string_view FileInfo::name() const { return BaseName(path); }

Result<int64_t> PendingFile::AppendFrom(ByteSource& source, int64_t offset,
                                        int64_t length) {
  constexpr int64_t kPiece = int64_t{1} << 20;
  std::vector<std::byte> piece(
      static_cast<size_t>(std::clamp<int64_t>(length, 0, kPiece)));
  int64_t done = 0;
  while (done < length) {
    const auto wanted = std::span(piece).first(
        static_cast<size_t>(std::min<int64_t>(length - done, kPiece)));
    HOWDAH_ASSIGN_OR_RETURN(const int64_t got, source.ReadAt(offset + done, wanted));
    if (got == 0) break;
    HOWDAH_RETURN_IF_ERROR(Append(wanted.first(static_cast<size_t>(got))));
    done += got;
  }
  return done;
}

Result<ClosedFile> WriteFile(FileSystem& fs, const std::string& path,
                             std::string_view text, IfExists if_exists) {
  HOWDAH_ASSIGN_OR_RETURN(auto file, fs.CreateFile(path));
  HOWDAH_RETURN_IF_ERROR(
      file->Append(std::as_bytes(std::span(text.data(), text.size()))));
  return file->Commit(if_exists);
}

Result<std::string> ReadFile(FileSystem& fs, const std::string& path,
                             int64_t limit_bytes) {
  HOWDAH_ASSIGN_OR_RETURN(auto source, fs.OpenInput(path));
  if (source->size() > limit_bytes) {
    return Error(ErrorKind::kCorruption,
                 "{}: expected a small file of at most {} bytes, got {} bytes", path,
                 limit_bytes, source->size());
  }
  std::string text(static_cast<size_t>(source->size()), '\0');
  HOWDAH_ASSIGN_OR_RETURN(
      const int64_t got,
      source->ReadAt(0, std::as_writable_bytes(std::span(text.data(), text.size()))));
  if (got != source->size()) {
    return Error(ErrorKind::kCorruption, "{}: expected {} bytes, got {}", path,
                 source->size(), got);
  }
  return text;
}

Result<bool> Exists(FileSystem& fs, const std::string& path) {
  const Status status = fs.Stat(path).status();
  if (status.ok()) return true;
  if (Is(status, ErrorKind::kNotFound)) return false;
  return status;
}

Status CreateDirectories(FileSystem& fs, const std::string& path) {
  std::vector<std::string> missing;
  for (std::string ancestor = path;; ancestor = ParentPath(ancestor)) {
    const Result<FileInfo> info = fs.Stat(ancestor);
    if (info.ok()) {
      if (info->type == FileType::kDirectory) break;
      return Error(ErrorKind::kInvalidInput, "{}: expected a directory, got a file",
                   ancestor);
    }
    if (!Is(info.status(), ErrorKind::kNotFound) || ancestor == "/") return info.status();
    missing.push_back(ancestor);
  }
  for (; !missing.empty(); missing.pop_back()) {
    const Status status = fs.CreateDirectory(missing.back());
    if (!Is(status, ErrorKind::kAlreadyExists)) {
      HOWDAH_RETURN_IF_ERROR(status);
      continue;
    }
    // Someone else made it in the meantime.
    HOWDAH_ASSIGN_OR_RETURN(const FileInfo info, fs.Stat(missing.back()));
    if (info.type != FileType::kDirectory) {
      return Error(ErrorKind::kInvalidInput, "{}: expected a directory, got a file",
                   info.path);
    }
  }
  return Status::OK();
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  return fmt::format("{}/{}", directory == "/" ? "" : directory, name);
}

std::string ParentPath(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return "/";
  return std::string(path.substr(0, slash));
}

std::string_view BaseName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

bool IsHiddenName(std::string_view name) {
  return name.starts_with('_') || name.starts_with('.');
}

}  // namespace howdah
