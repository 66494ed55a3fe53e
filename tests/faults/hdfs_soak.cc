// Many files written at once by one process, while the cluster is under fire:
// `hdfs_soak SOURCE FOLDER WRITERS FILES BYTES PAUSE`. Each of WRITERS threads writes
// FILES files of BYTES bytes, and pauses for PAUSE milliseconds after each MiB; file f of
// writer w is FOLDER/w-f and holds the bytes of the local file SOURCE from
// (w * FILES + f) * 4099 on, round and round. Configured by HADOOP_CONF_DIR.
//
// Prints a line for each file, "file NAME BYTES CRC32C" or "error NAME MESSAGE", and how
// many threads and descriptors the process has, "state NAME THREADS DESCRIPTORS
// PEAK_KIB": "begin" before the client is there, "open" when all files are done, "end"
// when the client is gone. Exit 1 if a file failed.
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "hdfs/hdfs_services.h"

namespace howdah::hdfs {
namespace {

size_t CountEntries(const char* directory) {
  const std::filesystem::directory_iterator entries(directory);
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

std::string PeakKib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("VmHWM:")) continue;
    const size_t begin = line.find_first_of("0123456789");
    return line.substr(begin, line.find(' ', begin) - begin);
  }
  return "0";
}

void PrintState(const char* name) {
  // Listing takes a descriptor itself.
  fmt::print("state {} {} {} {}\n", name, CountEntries("/proc/self/task"),
             CountEntries("/proc/self/fd") - 1, PeakKib());
  std::fflush(stdout);
}

Result<ClosedFile> WriteOne(HdfsFileSystem& fs, const std::string& path,
                            std::span<const std::byte> source, uint64_t from,
                            uint64_t bytes, std::chrono::milliseconds pause) {
  HOWDAH_ASSIGN_OR_RETURN(const auto file, fs.CreateFile(path));
  for (uint64_t done = 0; done < bytes;) {
    const auto piece = source.subspan((from + done) % source.size());
    const auto taken =
        std::min({bytes - done, uint64_t{piece.size()}, uint64_t{1} << 20});
    HOWDAH_RETURN_IF_ERROR(file->Append(piece.first(static_cast<size_t>(taken))));
    done += taken;
    std::this_thread::sleep_for(pause);
  }
  return file->Commit(IfExists::kFail);
}

struct Work {
  std::vector<char> source;
  std::string folder;
  uint64_t writers, files, bytes;
  std::chrono::milliseconds pause;
};

// \return whether all files are there.
bool WriteAll(const Work& work) {
  HdfsServices services(
      [](const char* name) -> const char* { return std::getenv(name); });
  const auto fs = services.Find("");
  if (!fs.ok()) {
    fmt::print("error - {}\n", fs.status().message());
    return false;
  }
  std::mutex printing;
  std::atomic<bool> whole = true;
  {
    std::vector<std::jthread> threads;
    for (uint64_t writer = 0; writer < work.writers; ++writer) {
      threads.emplace_back([&, writer] {
        for (uint64_t f = 0; f < work.files; ++f) {
          const std::string name = fmt::format("{}-{}", writer, f);
          const auto closed = WriteOne(
              **fs, work.folder + "/" + name, std::as_bytes(std::span(work.source)),
              (writer * work.files + f) * 4099, work.bytes, work.pause);
          const std::lock_guard lock(printing);
          if (closed.ok()) {
            fmt::print("file {} {} {:08x}\n", name, closed->size, closed->crc32c);
          } else {
            fmt::print("error {} {}\n", name, closed.status().message());
            whole = false;
          }
          std::fflush(stdout);
        }
      });
    }
  }
  PrintState("open");
  return whole;
}

}  // namespace
}  // namespace howdah::hdfs

int main(int argc, char** argv) {
  using namespace howdah::hdfs;
  if (argc != 7) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const Work work{.source = {std::istreambuf_iterator<char>(file), {}},
                  .folder = argv[2],
                  .writers = std::stoull(argv[3]),
                  .files = std::stoull(argv[4]),
                  .bytes = std::stoull(argv[5]),
                  .pause = std::chrono::milliseconds(std::stoull(argv[6]))};
  if (work.source.empty()) return 2;
  PrintState("begin");
  const bool whole = WriteAll(work);
  PrintState("end");
  return whole ? 0 : 1;
}
