#include "storage/scratch_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/units.h"
#include "storage/file_system.h"
#include "storage/posix_descriptor.h"
#include "storage/posix_error.h"

namespace howdah {
namespace {

class NamelessFile final : public ScratchFile {
 public:
  NamelessFile(std::string directory, Descriptor file)
      : directory_(std::move(directory)), file_(std::move(file)) {}

  Result<int64_t> Append(std::span<const std::byte> bytes) override {
    const int64_t begin = size_;
    while (!bytes.empty()) {
      const ssize_t written = RetryInterrupted(
          [&] { return ::pwrite(file_.get(), bytes.data(), bytes.size(), size_); });
      if (written < 0) {
        return Error(KindOfErrno(errno),
                     "a temporary file in '{}' cannot be written: {}, after {}; free "
                     "space there, or set TMPDIR to a directory of a larger disk",
                     directory_, std::generic_category().message(errno),
                     FormatByteSize(size_));
      }
      size_ += written;
      bytes = bytes.subspan(static_cast<size_t>(written));
    }
    return begin;
  }

  Status ReadAt(int64_t offset, std::span<std::byte> out) const override {
    while (!out.empty()) {
      const ssize_t read = RetryInterrupted(
          [&] { return ::pread(file_.get(), out.data(), out.size(), offset); });
      if (read < 0) {
        return Error(KindOfErrno(errno), "a temporary file in '{}' cannot be read: {}",
                     directory_, std::generic_category().message(errno));
      }
      if (read == 0) {
        return Error(ErrorKind::kCorruption,
                     "a temporary file in '{}' ends after {} bytes, of which {} were "
                     "written",
                     directory_, offset, size_);
      }
      offset += read;
      out = out.subspan(static_cast<size_t>(read));
    }
    return Status::OK();
  }

  int64_t size() const override { return size_; }

 private:
  const std::string directory_;
  const Descriptor file_;
  int64_t size_ = 0;
};

/// For file systems that know no files without a name: one that loses it at once.
Descriptor OpenAndUnlink(const std::string& directory) {
  std::string path = JoinPath(directory, ".howdah-scratch-XXXXXX");
  Descriptor file(RetryInterrupted([&] { return ::mkostemp(path.data(), O_CLOEXEC); }));
  if (file.get() >= 0) ::unlink(path.c_str());
  return file;
}

}  // namespace

std::string ScratchFile::DefaultDirectory() {
  const char* const directory = std::getenv("TMPDIR");
  return directory != nullptr && *directory != '\0' ? directory : "/var/tmp";
}

Result<std::unique_ptr<ScratchFile>> ScratchFile::Create(const std::string& directory) {
  constexpr int kFlags = O_TMPFILE | O_RDWR | O_CLOEXEC;
  Descriptor file(
      RetryInterrupted([&] { return ::open(directory.c_str(), kFlags, 0600); }));
  if (file.get() < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
    file = OpenAndUnlink(directory);
  }
  if (file.get() < 0) {
    return Error(KindOfErrno(errno),
                 "no temporary file can be made in '{}': {}; set TMPDIR to a directory "
                 "of a local disk",
                 directory, std::generic_category().message(errno));
  }
  return std::make_unique<NamelessFile>(directory, std::move(file));
}

}  // namespace howdah
