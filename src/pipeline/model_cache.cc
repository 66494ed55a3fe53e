#include "pipeline/model_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "base/digest.h"
#include "base/log.h"
#include "base/units.h"
#include "storage/local_file_system.h"

namespace howdah {
namespace {

constexpr int kMostDepth = 8;  // a SavedModel has variables/ and assets/
constexpr size_t kMostFiles = 100'000;
constexpr uint32_t kOwnersOnly = 0700;

struct ModelFile {
  std::string path;  // below the model's directory
  int64_t size = 0;
  uint32_t crc32c = 0;
};

Status ListFiles(FileSystem& fs, const std::string& root, const std::string& below,
                 int depth, std::vector<ModelFile>* files) {
  const std::string directory = below.empty() ? root : JoinPath(root, below);
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, fs.List(directory));
  for (const FileInfo& entry : entries) {
    const std::string path =
        below.empty() ? std::string(entry.name()) : JoinPath(below, entry.name());
    if (entry.type == FileType::kDirectory) {
      if (depth == kMostDepth) {
        return Error(ErrorKind::kInvalidInput, "directories {} deep are no model's",
                     depth);
      }
      HOWDAH_RETURN_IF_ERROR(ListFiles(fs, root, path, depth + 1, files));
      continue;
    }
    if (entry.type != FileType::kFile) {
      return Error(ErrorKind::kInvalidInput, "'{}' is neither a file nor a directory",
                   path);
    }
    if (files->size() == kMostFiles) {
      return Error(ErrorKind::kInvalidInput, "more than {} files are no model's",
                   kMostFiles);
    }
    HOWDAH_ASSIGN_OR_RETURN(const uint32_t crc32c, fs.Checksum(entry.path));
    files->push_back({path, entry.size, crc32c});
  }
  return Status::OK();
}

/// The name of a copy: what the model is, whatever its place.
std::string NameOf(const std::vector<ModelFile>& files) {
  Sha256 sha;
  for (const ModelFile& file : files) {
    sha.Update(fmt::format("{} {} {:08x}\n", file.path, file.size, file.crc32c));
  }
  return sha.FinishHex();
}

Status MakePrivateDirectory(FileSystem& local, const std::string& path) {
  HOWDAH_RETURN_IF_ERROR(CreateDirectories(local, ParentPath(path)));
  Status made = local.CreateDirectory(path, kOwnersOnly);
  if (!made.ok() && !Is(made, ErrorKind::kAlreadyExists)) return made;
  struct stat found{};
  if (lstat(path.c_str(), &found) != 0) return Status::OK();  // not on a real disk
  constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;
  if (S_ISDIR(found.st_mode) && found.st_uid == geteuid() &&
      (found.st_mode & kOthersWrite) == 0) {
    return Status::OK();
  }
  return Error(ErrorKind::kPermissionDenied,
               "the cache of models '{}' must be a directory of this user to which "
               "nobody else can write; mend that, or set HOWDAH_CACHE to another place",
               path);
}

Status CopyFiles(FileSystem& fs, const std::string& from,
                 const std::vector<ModelFile>& files, FileSystem& local,
                 const std::string& to) {
  for (const ModelFile& file : files) {
    const std::string target = JoinPath(to, file.path);
    HOWDAH_RETURN_IF_ERROR(CreateDirectories(local, ParentPath(target)));
    HOWDAH_ASSIGN_OR_RETURN(const auto source, fs.OpenInput(JoinPath(from, file.path)));
    HOWDAH_ASSIGN_OR_RETURN(const auto copy, local.CreateFile(target));
    HOWDAH_RETURN_IF_ERROR(copy->AppendFrom(*source, 0, source->size()).status());
    HOWDAH_ASSIGN_OR_RETURN(const ClosedFile closed, copy->Commit(IfExists::kFail));
    if (closed.crc32c == file.crc32c && closed.size == file.size) continue;
    return Error(
        ErrorKind::kCorruption,
        "'{}' came with {} bytes and CRC32C {:08x}, expected were {} and {:08x}: "
        "it was changed meanwhile, or damaged",
        file.path, closed.size, closed.crc32c, file.size, file.crc32c);
  }
  return Status::OK();
}

/// Is the copy in `directory` what `files` say? An error: it could not be looked at.
Result<bool> IsWhole(FileSystem& local, const std::string& directory,
                     const std::vector<ModelFile>& files) {
  HOWDAH_ASSIGN_OR_RETURN(const bool exists, Exists(local, directory));
  if (!exists) return false;
  std::vector<ModelFile> found;
  HOWDAH_RETURN_IF_ERROR(ListFiles(local, directory, "", 0, &found));
  return NameOf(found) == NameOf(files);
}

Result<std::string> Stage(FileSystem& fs, const std::string& directory,
                          const std::string& url, FileSystem& local,
                          const std::string& cache, Environment& environment) {
  HOWDAH_ASSIGN_OR_RETURN(const FileInfo info, fs.Stat(directory));
  if (info.type != FileType::kDirectory) {
    return Error(ErrorKind::kInvalidInput, "it is a file; a SavedModel is a directory");
  }
  HOWDAH_ASSIGN_OR_RETURN(const bool has_graph,
                          Exists(fs, JoinPath(directory, "saved_model.pb")));
  if (!has_graph) {
    return Error(ErrorKind::kNotFound, "it has no saved_model.pb: it is no SavedModel");
  }
  std::vector<ModelFile> files;
  HOWDAH_RETURN_IF_ERROR(ListFiles(fs, directory, "", 0, &files));
  HOWDAH_RETURN_IF_ERROR(MakePrivateDirectory(local, cache));
  const std::string models = JoinPath(cache, "models");
  HOWDAH_RETURN_IF_ERROR(CreateDirectories(local, models));
  std::string place = JoinPath(models, NameOf(files));
  HOWDAH_ASSIGN_OR_RETURN(const bool whole, IsWhole(local, place, files));
  if (whole) return place;

  int64_t bytes = 0;
  for (const ModelFile& file : files) bytes += file.size;
  Log(LogLevel::kInfo, "copying the model '{}' ({}) to '{}'", url, FormatByteSize(bytes),
      place);
  const std::string beside = JoinPath(models, "." + RandomHex(environment));
  Status status = local.CreateDirectory(beside, kOwnersOnly);
  if (status.ok()) status = CopyFiles(fs, directory, files, local, beside);
  if (status.ok()) {
    status = local.Rename(beside, place, IfExists::kFail);
    if (Is(status, ErrorKind::kAlreadyExists)) {
      // Another process was first, or what is there is damaged.
      HOWDAH_ASSIGN_OR_RETURN(const bool theirs, IsWhole(local, place, files));
      if (!theirs) status = local.DeleteTree(place);
      if (!theirs && status.ok()) status = local.Rename(beside, place, IfExists::kFail);
      if (theirs) {
        static_cast<void>(local.DeleteTree(beside));
        return place;
      }
    }
  }
  if (!status.ok()) static_cast<void>(local.DeleteTree(beside));
  HOWDAH_RETURN_IF_ERROR(status);
  return place;
}

}  // namespace

std::string CacheDirectory() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr || value[0] != '/' ? "" : value);
  };
  if (const std::string own = variable("HOWDAH_CACHE"); !own.empty()) return own;
  if (const std::string xdg = variable("XDG_CACHE_HOME"); !xdg.empty()) {
    return JoinPath(xdg, "howdah");
  }
  if (const std::string home = variable("HOME"); !home.empty()) {
    return JoinPath(JoinPath(home, ".cache"), "howdah");
  }
  return fmt::format("/tmp/howdah-{}", geteuid());
}

Result<std::string> StageModel(FileSystem& fs, const std::string& directory,
                               const std::string& url, FileSystem& local,
                               const std::string& cache, Environment& environment) {
  Result<std::string> staged = Stage(fs, directory, url, local, cache, environment);
  if (staged.ok()) return staged;
  return WithContext(staged.status(), fmt::format("model '{}'", url));
}

Result<std::string> LocalModel(const Location& location) {
  if (location.url == location.path) return location.path;
  const std::unique_ptr<FileSystem> local = MakeLocalFileSystem();
  return StageModel(*location.fs, location.path, location.url, *local, CacheDirectory(),
                    Environment::System());
}

}  // namespace howdah
