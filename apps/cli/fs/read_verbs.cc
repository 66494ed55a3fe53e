#include <chrono>
#include <condition_variable>
#include <mutex>

#include "cli/fs/print_file.h"
#include "cli/fs/verbs.h"

namespace howdah::cli {
namespace {

constexpr int64_t kEndBytes = 1024;

int Cat(FsCall& call) {
  return call.ForEach([&](const Found& found) { return PrintFile(call, found); });
}

int Head(FsCall& call) {
  return call.ForEach([&](const Found& found) -> Status {
    HOWDAH_ASSIGN_OR_RETURN(const auto source, OpenFile(found));
    std::vector<std::byte> piece(
        static_cast<size_t>(std::min(source->size(), kEndBytes)));
    HOWDAH_ASSIGN_OR_RETURN(const int64_t got, source->ReadAt(0, piece));
    return PrintPiece(call, std::span(piece).first(static_cast<size_t>(got)));
  });
}

/// Waits for as long as -s says. False: asked to stop.
bool Pause(const FsCall& call, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, call.stop(), time, [] { return false; });
  return !call.is_over();
}

/// Print the end of a file; with -f what is appended to it too, until the call is over.
/// The NameNode's length of an HDFS file that is being written lacks the last block, so
/// that one to which a writer appends seems shorter there for a while.
Status Tail(FsCall& call, Found found, std::chrono::milliseconds pause) {
  int64_t at = -1;
  while (true) {
    HOWDAH_ASSIGN_OR_RETURN(const auto source, OpenFile(found));
    if (at < 0) at = std::max<int64_t>(0, source->size() - kEndBytes);
    HOWDAH_RETURN_IF_ERROR(PrintFrom(call, *source, at));
    at = std::max(at, source->size());
    call.Flush();
    if (!call.has("-f") || !Pause(call, pause)) return Status::OK();
    HOWDAH_ASSIGN_OR_RETURN(Entry now, found.place.volume->Describe(found.place.path));
    const bool is_cut = found.place.volume->hdfs() == nullptr && now.size < at;
    if (is_cut || now.identity != found.entry.identity) at = 0;  // written anew
    found.entry = std::move(now);
  }
}

int RunTail(FsCall& call) {
  std::chrono::milliseconds pause{1000};
  if (const std::string_view text = call.value("-s"); !text.empty()) {
    if (text.find_first_not_of("0123456789") != text.npos || text.size() > 9) {
      return call.Usage(
          Error(ErrorKind::kInvalidInput, "-s is '{}', expected milliseconds", text));
    }
    pause = std::chrono::milliseconds(std::max(1L, std::stol(std::string(text))));
  }
  return call.ForEach([&](const Found& found) { return Tail(call, found, pause); });
}

}  // namespace

std::vector<FsVerb> ReadVerbs() {
  return {
      {.name = "cat",
       .arguments = "PATH...",
       .summary = "print files",
       // Hadoop's flag not to look at checksums: here they are always looked at.
       .flags = {"-ignoreCrc"},
       .run = Cat,
       .stops_itself = false},
      {.name = "head",
       .arguments = "PATH...",
       .summary = "print the first KiB of files",
       .run = Head},
      {.name = "tail",
       .arguments = "[-f] [-s MILLISECONDS] PATH",
       .summary = "print the last KiB of a file; with -f also what is appended, looking "
                  "each second",
       .flags = {"-f", "-s="},
       .most = 1,
       .run = RunTail}};
}

}  // namespace howdah::cli
