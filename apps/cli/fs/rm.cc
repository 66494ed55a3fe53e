#include "cli/fs/trash.h"
#include "cli/fs/verbs.h"

namespace howdah::cli {
namespace {

Status RemoveNow(const Found& found) {
  FileSystem& files = found.place.volume->files();
  const bool is_tree = found.entry.is_directory() && !found.entry.is_symlink;
  return is_tree ? files.DeleteTree(found.place.path)
                 : files.DeleteFile(found.place.path);
}

Status Remove(FsCall& call, const Found& found) {
  if (found.place.path == "/") {
    return Error(ErrorKind::kInvalidInput, "{}: the root cannot be removed",
                 found.place.shown);
  }
  const bool recursive = call.has("-r") || call.has("-R");
  if (found.entry.is_directory() && !found.entry.is_symlink && !recursive) {
    return Error(ErrorKind::kInvalidInput, "{}: Is a directory; -r removes it",
                 found.place.shown);
  }
  bool has_trash = false;
  if (!call.has("-skipTrash")) {
    HOWDAH_ASSIGN_OR_RETURN(has_trash, HasTrash(*found.place.volume));
  }
  std::string trashed;
  if (has_trash) {
    HOWDAH_ASSIGN_OR_RETURN(trashed, MoveToTrash(found));
  }
  if (trashed.empty()) {
    HOWDAH_RETURN_IF_ERROR(RemoveNow(found));
    call.Print(fmt::format("Deleted {}\n", found.place.shown));
  } else {
    call.Print(fmt::format("Moved {} to trash at {}\n", found.place.shown, trashed));
  }
  return Status::OK();
}

int Rm(FsCall& call) {
  for (const std::string& word : call.words()) {
    const Result<std::vector<Found>> all = call.places().Expand(word, WordBase::kDefault);
    if (Is(all.status(), ErrorKind::kNotFound) && call.has("-f")) continue;
    call.Failed(all.status());
    if (!all.ok()) continue;
    for (const Found& found : *all) {
      if (call.is_over()) return call.code();
      call.Failed(Remove(call, found));
    }
  }
  return call.code();
}

}  // namespace

FsVerb RmVerb() {
  return {.name = "rm",
          .arguments = "[-f] [-r] [-skipTrash] PATH...",
          .summary =
              "remove files, with -r directories too; to the trash where the "
              "cluster has one",
          .flags = {"-f", "-r", "-R", "-skipTrash"},
          .run = Rm};
}

}  // namespace howdah::cli
