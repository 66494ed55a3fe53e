#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/fs/verbs.h"
#include "hdfs/hdfs_file_system.h"

namespace howdah::cli {
namespace {

constexpr std::chrono::milliseconds kLookAgain{250};
constexpr uint32_t kMostReplicas = 32'767;

/// Whether each block of the file has exactly `replication` replicas.
Result<bool> HasReplication(hdfs::HdfsFileSystem& files, const Entry& entry,
                            uint32_t replication) {
  const auto size = static_cast<uint64_t>(entry.size);
  HOWDAH_ASSIGN_OR_RETURN(const hdfs::LocatedBlocks blocks,
                          files.namenode().GetBlockLocations(entry.path, 0, size));
  return std::ranges::all_of(blocks.blocks, [&](const hdfs::LocatedBlock& block) {
    return block.locations.size() == replication;
  });
}

Status SetReplication(FsCall& call, const Found& found, uint32_t replication,
                      std::vector<Found>* waiting) {
  if (found.entry.is_directory()) return Status::OK();
  hdfs::HdfsFileSystem* const files = found.place.volume->hdfs();
  if (files == nullptr) {
    return Error(ErrorKind::kUnsupported, "{}: local files have no replication",
                 found.place.shown);
  }
  HOWDAH_RETURN_IF_ERROR(files->SetReplication(found.place.path, replication));
  call.Print(fmt::format("Replication {} set: {}\n", replication, found.place.shown));
  if (call.has("-w")) waiting->push_back(found);
  return Status::OK();
}

Status WaitFor(FsCall& call, const Found& found, uint32_t replication) {
  call.Print(fmt::format("Waiting for {} ...", found.place.shown));
  call.Flush();
  while (true) {
    HOWDAH_ASSIGN_OR_RETURN(const bool done, HasReplication(*found.place.volume->hdfs(),
                                                            found.entry, replication));
    if (done) break;
    std::this_thread::sleep_for(kLookAgain);
    call.Print(".");
    call.Flush();
  }
  call.Print(" done\n");
  return Status::OK();
}

int Setrep(FsCall& call) {
  const std::string& word = call.words()[0];
  uint32_t replication = 0;
  if (word.size() <= 5 && word.find_first_not_of("0123456789") == word.npos) {
    replication = static_cast<uint32_t>(std::stoul(word));
  }
  if (replication == 0 || replication > kMostReplicas) {
    return call.Usage(Error(ErrorKind::kInvalidInput,
                            "'{}' is no replication, expected 1 to {}", word,
                            kMostReplicas));
  }
  std::vector<Found> waiting;
  call.ForEach(std::span(call.words()).subspan(1), [&](const Found& found) {
    ForTree(call, found, Order::kParentFirst, [&](const Found& one) {
      return SetReplication(call, one, replication, &waiting);
    });
    return Status::OK();
  });
  for (const Found& found : waiting) {
    if (!call.is_over()) call.Failed(WaitFor(call, found, replication));
  }
  return call.code();
}

}  // namespace

FsVerb SetrepVerb() {
  return {.name = "setrep",
          .arguments = "[-R] [-w] REPLICAS PATH...",
          .summary =
              "change the replication of files, or of all below a directory; -w "
              "waits until it is so",
          .flags = {"-R", "-w"},
          .least = 2,
          .run = Setrep};
}

}  // namespace howdah::cli
