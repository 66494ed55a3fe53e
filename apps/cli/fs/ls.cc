#include <algorithm>

#include "cli/fs/format.h"
#include "cli/fs/listing.h"
#include "cli/fs/verbs.h"

namespace howdah::cli {
namespace {

/// Lists as `hdfs dfs -ls` does. Without an order of its own a directory is printed page
/// by page as it comes.
class Lister {
 public:
  explicit Lister(FsCall& call)
      : call_(call),
        lines_({.paths_only = call.has("-C"),
                .printable = call.has("-q"),
                .access_time = call.has("-u"),
                .sizes = call.has("-h") ? SizeStyle::kHuman : SizeStyle::kBytes}),
        is_sorted_(call.has("-t") || call.has("-S") || call.has("-r")) {}

  Status List(const Found& found) {
    if (found.entry.is_directory() && !call_.has("-d")) return ListDirectory(found);
    return PrintAll({found});
  }

 private:
  Status ListDirectory(const Found& directory) {
    if (is_sorted_) {
      HOWDAH_ASSIGN_OR_RETURN(std::vector<Entry> entries,
                              ListEntries(*directory.place.volume, directory.entry.path));
      Sort(&entries);
      PrintHead(entries.size());
      return PrintPage(directory.place, std::move(entries));
    }
    bool is_first = true;
    return directory.place.volume->ListPages(
        directory.entry.path, [&](std::vector<Entry> page, int64_t remaining) {
          if (is_first) PrintHead(page.size() + static_cast<size_t>(remaining));
          is_first = false;
          return PrintPage(directory.place, std::move(page));
        });
  }

  void PrintHead(size_t count) {
    if (call_.has("-R") || call_.has("-C") || count == 0) return;
    call_.Print(fmt::format("Found {} items\n", count));
  }

  Status PrintPage(const Place& directory, std::vector<Entry> entries) {
    std::vector<Found> page;
    page.reserve(entries.size());
    for (Entry& entry : entries) {
      Place place = directory.Child(entry.name());
      page.push_back({.place = std::move(place), .entry = std::move(entry)});
    }
    return PrintAll(page);
  }

  Status PrintAll(const std::vector<Found>& page) {
    for (const Found& found : page) lines_.Widen(found.entry);
    for (const Found& found : page) {
      if (call_.is_over()) return Error(ErrorKind::kCancelled, "stopped");
      call_.Print(lines_.Line(found));
      const bool goes_down = call_.has("-R") && !call_.has("-d");
      if (goes_down && found.entry.is_directory() && !found.entry.is_symlink) {
        call_.Failed(ListDirectory(found));
      }
    }
    return Status::OK();
  }

  void Sort(std::vector<Entry>* entries) const {
    const auto time = [&](const Entry& entry) {
      return call_.has("-u") ? entry.atime_us : entry.mtime_us;
    };
    if (call_.has("-t")) {
      std::ranges::stable_sort(
          *entries, [&](const Entry& a, const Entry& b) { return time(a) > time(b); });
    } else if (call_.has("-S")) {
      std::ranges::stable_sort(
          *entries, [](const Entry& a, const Entry& b) { return a.size > b.size; });
    }
    if (call_.has("-r")) std::ranges::reverse(*entries);
  }

  FsCall& call_;
  ListingLines lines_;
  const bool is_sorted_;
};

int Ls(FsCall& call) {
  const std::vector<std::string> here = {"."};
  Lister lister(call);
  return call.ForEach(call.words().empty() ? here : call.words(),
                      [&](const Found& found) { return lister.List(found); });
}

}  // namespace

FsVerb LsVerb() {
  return {.name = "ls",
          .arguments = "[-C] [-d] [-h] [-q] [-R] [-t] [-S] [-r] [-u] [PATH...]",
          .summary = "list files and directories",
          .flags = {"-C", "-d", "-h", "-q", "-R", "-t", "-S", "-r", "-u"},
          .least = 0,
          .run = Ls};
}

}  // namespace howdah::cli
