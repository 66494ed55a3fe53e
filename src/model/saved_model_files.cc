// The model as files on disk: their sizes and their digest.
#include "model/saved_model_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/digest.h"
#include "model/saved_model.h"

namespace howdah {
namespace {

namespace fs = std::filesystem;

Status FileError(const std::string& path, const std::error_code& error) {
  const auto kind = error == std::errc::permission_denied ? ErrorKind::kPermissionDenied
                    : error == std::errc::no_such_file_or_directory ||
                            error == std::errc::not_a_directory
                        ? ErrorKind::kNotFound
                        : ErrorKind::kInternal;
  return Error(kind, "{}: cannot be read ({})", path, error.message());
}

Result<std::string> FileSha256(const std::string& path) {
  struct Fd {
    int fd;
    ~Fd() {
      if (fd >= 0) close(fd);
    }
  } file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) return FileError(path, {errno, std::generic_category()});
  Sha256 sha;
  std::vector<std::byte> chunk(size_t{1} << 20);
  for (;;) {
    const ssize_t n = read(file.fd, chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError(path, {errno, std::generic_category()});
    if (n == 0) return sha.FinishHex();
    sha.Update(std::span(chunk).first(static_cast<size_t>(n)));
  }
}

}  // namespace

Result<std::vector<ModelFile>> ListModelFiles(const std::string& directory) {
  // Links are followed, as model stores hold weights that way; a ring of links ends here.
  constexpr int kMostLevels = 32;
  std::error_code error;
  std::vector<ModelFile> files;
  fs::recursive_directory_iterator it(
      directory, fs::directory_options::follow_directory_symlink, error);
  while (!error && it != fs::recursive_directory_iterator()) {
    if (it.depth() > kMostLevels) {
      return Error(ErrorKind::kInvalidInput,
                   "{}: more than {} levels of directories; is there a ring of links?",
                   directory, kMostLevels);
    }
    const fs::file_status status = it->status(error);
    const bool dangling_link = status.type() == fs::file_type::not_found;
    if (error && !dangling_link) break;
    if (fs::is_regular_file(status)) {
      const auto bytes = static_cast<int64_t>(it->file_size(error));
      if (error) break;
      files.push_back({it->path().lexically_relative(directory).string(), bytes});
    }
    it.increment(error);
  }
  if (error) return FileError(directory, error);
  std::sort(files.begin(), files.end(),
            [](const ModelFile& a, const ModelFile& b) { return a.path < b.path; });
  return files;
}

Result<std::string> SavedModelDigest(const std::string& directory) {
  HOWDAH_ASSIGN_OR_RETURN(const auto files, ListModelFiles(directory));
  Sha256 sha;
  for (const ModelFile& file : files) {
    HOWDAH_ASSIGN_OR_RETURN(const std::string hex,
                            FileSha256((fs::path(directory) / file.path).string()));
    sha.Update(hex + "  " + file.path + "\n");
  }
  return sha.FinishHex();
}

}  // namespace howdah
