// The bytes of one file, for tests that do something to the cluster meanwhile:
// `hdfs_stream write /path` takes them from stdin, as they come, and prints length and
// CRC32C once the file is closed; `hdfs_stream read /path` prints them. Configured by
// HADOOP_CONF_DIR. An error as "Kind: message" on stderr, exit 1.
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "hdfs/hdfs_services.h"

namespace howdah::hdfs {
namespace {

Status Write(HdfsFileSystem& fs, const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(const auto file, fs.CreateFile(path));
  std::vector<std::byte> buffer(size_t{1} << 20);
  while (true) {
    const ssize_t got = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0) return Error(ErrorKind::kInternal, "stdin cannot be read");
    if (got == 0) break;
    HOWDAH_RETURN_IF_ERROR(
        file->Append(std::span(buffer).first(static_cast<size_t>(got))));
  }
  HOWDAH_ASSIGN_OR_RETURN(const ClosedFile closed, file->Commit(IfExists::kFail));
  fmt::print("{} {:08x}\n", closed.size, closed.crc32c);
  return Status::OK();
}

Status Read(HdfsFileSystem& fs, const std::string& path) {
  HOWDAH_ASSIGN_OR_RETURN(const auto source, fs.OpenInput(path));
  std::vector<std::byte> buffer(size_t{1} << 20);
  for (int64_t at = 0; at < source->size();) {
    HOWDAH_ASSIGN_OR_RETURN(const int64_t got, source->ReadAt(at, buffer));
    for (int64_t done = 0; done < got;) {
      const ssize_t put = write(STDOUT_FILENO, &buffer[static_cast<size_t>(done)],
                                static_cast<size_t>(got - done));
      if (put < 0) return Error(ErrorKind::kInternal, "stdout cannot be written");
      done += put;
    }
    at += got;
  }
  return Status::OK();
}

Status Run(const std::string& verb, const std::string& path) {
  HdfsServices services(
      [](const char* name) -> const char* { return std::getenv(name); });
  HOWDAH_ASSIGN_OR_RETURN(HdfsFileSystem* const fs, services.Find(""));
  return verb == "write" ? Write(*fs, path) : Read(*fs, path);
}

}  // namespace
}  // namespace howdah::hdfs

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const howdah::Status status = howdah::hdfs::Run(argv[1], argv[2]);
  if (status.ok()) return 0;
  fmt::print(stderr, "{}: {}\n", howdah::Name(howdah::KindOf(status)), status.message());
  return 1;
}
