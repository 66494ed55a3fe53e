#include "cli/fs/verbs.h"

namespace howdah::cli {
namespace {

Status Move(const Found& source, const Place& target, bool into_directory) {
  if (source.place.volume != target.volume) {
    return Error(ErrorKind::kInvalidInput,
                 "{}: mv works within one file system, and {} is on another; use cp, "
                 "then rm",
                 source.place.shown, target.shown);
  }
  const Place to = into_directory ? target.Child(source.entry.name()) : target;
  const Status moved =
      target.volume->files().Rename(source.place.path, to.path, IfExists::kFail);
  if (Is(moved, ErrorKind::kAlreadyExists)) {
    return Error(ErrorKind::kAlreadyExists, "{}: File exists", to.shown);
  }
  if (Is(moved, ErrorKind::kNotFound)) return NoSuchFile(to.shown);
  return moved;
}

int Mv(FsCall& call) {
  const std::span<const std::string> words = call.words();
  const std::string& last = words.back();
  const Result<Place> target = call.places().Resolve(last, WordBase::kDefault);
  if (!target.ok()) {
    call.Failed(target.status());
    return call.code();
  }
  const Result<Entry> there = target->volume->Describe(target->path);
  if (!there.ok() && !Is(there.status(), ErrorKind::kNotFound)) {
    call.Failed(there.status());
    return call.code();
  }
  const bool is_directory = there.ok() && there->is_directory();
  if (!is_directory && (words.size() > 2 || last.ends_with('/'))) {
    call.Failed(there.ok() ? Error(ErrorKind::kInvalidInput, "{}: Is not a directory",
                                   target->shown)
                           : NoSuchFile(target->shown));
    return call.code();
  }
  return call.ForEach(words.first(words.size() - 1), [&](const Found& source) {
    return Move(source, *target, is_directory);
  });
}

int Mkdir(FsCall& call) {
  for (const std::string& word : call.words()) {
    const Result<Place> place = call.places().Resolve(word, WordBase::kDefault);
    if (!place.ok()) {
      call.Failed(place.status());
      continue;
    }
    Volume& volume = *place->volume;
    Status made = call.has("-p")       ? volume.MakeDirectories(place->path)
                  : place->path == "/" ? Error(ErrorKind::kAlreadyExists, "/")
                                       : volume.files().CreateDirectory(place->path);
    if (Is(made, ErrorKind::kAlreadyExists)) {
      made = Error(ErrorKind::kAlreadyExists, "{}: File exists", place->shown);
    } else if (Is(made, ErrorKind::kNotFound)) {
      made = Error(ErrorKind::kNotFound, "{}: its parent does not exist; -p makes it too",
                   place->shown);
    }
    call.Failed(made);
  }
  return call.code();
}

}  // namespace

std::vector<FsVerb> NameVerbs() {
  return {{.name = "mv",
           .arguments = "PATH... TARGET",
           .summary = "move within one file system; nothing is overwritten",
           .least = 2,
           .run = Mv},
          {.name = "mkdir",
           .arguments = "[-p] PATH...",
           .summary = "make directories; with -p also their parents, and fine if there",
           .flags = {"-p"},
           .run = Mkdir}};
}

}  // namespace howdah::cli
