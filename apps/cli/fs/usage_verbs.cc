#include "cli/fs/format.h"
#include "cli/fs/verbs.h"

namespace howdah::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

SizeStyle SizesOf(const FsCall& call) {
  return call.has("-h") ? SizeStyle::kHuman : SizeStyle::kBytes;
}

Status AddUsage(FsCall& call, const Place& place, Rows* rows) {
  HOWDAH_ASSIGN_OR_RETURN(const TreeUsage usage, place.volume->Summarize(place.path));
  rows->push_back({SizeText(usage.bytes, SizesOf(call)),
                   SizeText(usage.space, SizesOf(call)), place.shown});
  return Status::OK();
}

/// As Du of FsUsage.java.
int Du(FsCall& call) {
  Rows rows;
  if (call.has("-v")) {
    rows.push_back({"SIZE", "DISK_SPACE_CONSUMED_WITH_ALL_REPLICAS", "FULL_PATH_NAME"});
  }
  const std::vector<std::string> here = {"."};
  call.ForEach(call.words().empty() ? here : call.words(), [&](const Found& found) {
    if (call.has("-s") || !found.entry.is_directory()) {
      return AddUsage(call, found.place, &rows);
    }
    return found.place.volume->ListPages(
        found.entry.path, [&](const std::vector<Entry>& page, int64_t) {
          for (const Entry& entry : page) {
            if (call.is_over()) break;
            call.Failed(AddUsage(call, found.place.Child(entry.name()), &rows));
          }
          return Status::OK();
        });
  });
  call.Print(TableText(rows, {false, false, false}));
  return call.code();
}

/// As Count.java and ContentSummary.java write them.
int Count(FsCall& call) {
  const SizeStyle style = SizesOf(call);
  const auto line = [&](const std::vector<std::string>& cells) {
    // The widths of the quotas, which come first, and of the counts.
    constexpr size_t kWidths[] = {12, 15, 15, 15, 12, 12, 18};
    std::string text;
    for (size_t i = 0; i + 1 < cells.size(); ++i) {
      text += PadLeft(cells[i], kWidths[std::size(kWidths) + 1 - cells.size() + i]) + " ";
    }
    return text + cells.back() + "\n";
  };
  if (call.has("-v")) {
    std::vector<std::string> head;
    if (call.has("-q")) head = {"QUOTA", "REM_QUOTA", "SPACE_QUOTA", "REM_SPACE_QUOTA"};
    for (const char* name : {"DIR_COUNT", "FILE_COUNT", "CONTENT_SIZE", "PATHNAME"}) {
      head.emplace_back(name);
    }
    call.Print(line(head));
  }
  return call.ForEach([&](const Found& found) -> Status {
    HOWDAH_ASSIGN_OR_RETURN(const TreeUsage usage,
                            found.place.volume->Summarize(found.place.path));
    std::vector<std::string> cells;
    if (call.has("-q")) {
      const auto add = [&](int64_t quota, int64_t used) {
        cells.push_back(quota < 0 ? "none" : SizeText(quota, style));
        cells.push_back(quota < 0 ? "inf" : SizeText(quota - used, style));
      };
      add(usage.quota, usage.files + usage.directories);
      add(usage.space_quota, usage.space);
    }
    for (const int64_t count : {usage.directories, usage.files, usage.bytes}) {
      cells.push_back(SizeText(count, style));
    }
    cells.push_back(found.place.shown);
    call.Print(line(cells));
    return Status::OK();
  });
}

/// As Df of FsUsage.java.
int Df(FsCall& call) {
  Rows rows = {{"Filesystem", "Size", "Used", "Available", "Use%"}};
  const std::vector<std::string> root = {"/"};
  call.ForEach(call.words().empty() ? root : call.words(), [&](const Found& found) {
    const Result<VolumeSpace> space = found.place.volume->Space(found.place.path);
    if (!space.ok()) return space.status();
    const auto part = [](int64_t used, int64_t all) {
      return 100 * static_cast<double>(used) /
             static_cast<double>(std::max<int64_t>(all, 1));
    };
    const SizeStyle style = SizesOf(call);
    rows.push_back({found.place.volume->url(), SizeText(space->capacity, style),
                    SizeText(space->used, style), SizeText(space->available, style),
                    fmt::format("{:.0f}%", part(space->used, space->capacity))});
    return Status::OK();
  });
  if (rows.size() > 1) call.Print(TableText(rows, {false, true, true, true, true}));
  return call.code();
}

}  // namespace

std::vector<FsVerb> UsageVerbs() {
  return {{.name = "du",
           .arguments = "[-s] [-h] [-v] [PATH...]",
           .summary = "print bytes, space with all replicas, and path of what is in "
                      "directories; with -s of each as a whole",
           .flags = {"-s", "-h", "-v"},
           .least = 0,
           .run = Du},
          {.name = "count",
           .arguments = "[-q] [-h] [-v] PATH...",
           .summary = "print how many directories, files and bytes there are; with -q "
                      "quotas and what is left of them before that",
           .flags = {"-q", "-h", "-v"},
           .run = Count},
          {.name = "df",
           .arguments = "[-h] [PATH...]",
           .summary = "print a file system's capacity and use",
           .flags = {"-h"},
           .least = 0,
           .run = Df}};
}

}  // namespace howdah::cli
