#include <charconv>

#include "cli/fs/copier.h"
#include "cli/fs/print_file.h"
#include "cli/fs/verbs.h"

namespace howdah::cli {
namespace {

/// Which words without a scheme are local ones.
struct Sides {
  WordBase source = WordBase::kDefault, target = WordBase::kDefault;
};

constexpr size_t kMostWorkers = 64;

/// -t and the others as options.
Result<CopyOptions> OptionsOf(const FsCall& call) {
  CopyOptions options;
  if (call.has("-f")) options.if_exists = IfExists::kReplace;
  options.preserve = call.has("-p");
  if (const std::string_view text = call.value("-t"); !text.empty()) {
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), options.workers);
    if (error != std::errc() || end != text.data() + text.size() ||
        options.workers == 0 || options.workers > kMostWorkers) {
      return Error(ErrorKind::kInvalidInput, "-t is '{}', expected 1 to {}", text,
                   kMostWorkers);
    }
  }
  return options;
}

/// Where copies go: under their own names into a directory, or one of them as `place`.
struct Target {
  Place place;
  bool is_directory = false;

  Place For(const Entry& source) const {
    if (!is_directory || source.name().empty()) return place;
    return place.Child(source.name());
  }
};

/// Look at the target and make the directory that copies need. A missing target of
/// several sources, or one that ends in '/', becomes a directory.
Result<Target> PrepareTarget(FsCall& call, const std::string& word, WordBase base,
                             bool many) {
  Target target;
  HOWDAH_ASSIGN_OR_RETURN(target.place, call.places().Resolve(word, base));
  Volume& volume = *target.place.volume;
  const Result<Entry> there = volume.Describe(target.place.path);
  const bool as_directory = many || word.ends_with('/');
  if (there.ok()) {
    target.is_directory = there->is_directory();
    if (!target.is_directory && as_directory) {
      return Error(ErrorKind::kInvalidInput, "{}: Is not a directory",
                   target.place.shown);
    }
    return target;
  }
  if (!Is(there.status(), ErrorKind::kNotFound)) return there.status();
  target.is_directory = as_directory;
  HOWDAH_RETURN_IF_ERROR(volume.MakeDirectories(
      as_directory ? target.place.path : ParentPath(target.place.path)));
  return target;
}

/// All that the words stand for; what is wrong with some of them is told.
std::vector<Found> ExpandAll(FsCall& call, std::span<const std::string> words,
                             WordBase base) {
  std::vector<Found> sources;
  for (const std::string& word : words) {
    Result<std::vector<Found>> found = call.places().Expand(word, base);
    call.Failed(found.status());
    if (!found.ok()) continue;
    for (Found& one : *found) sources.push_back(std::move(one));
  }
  return sources;
}

Status CopyStdin(FsCall& call, const CopyOptions& options, const std::string& target,
                 WordBase base) {
  HOWDAH_ASSIGN_OR_RETURN(const Target to,
                          PrepareTarget(call, target, base, /*many=*/false));
  CopyCounters counters;
  CopyProgress progress(counters);
  return CopyFromStdin(to.place, options, call.stop(), &counters);
}

int CopyToStdout(FsCall& call, std::span<const std::string> words, WordBase base) {
  for (const Found& found : ExpandAll(call, words, base)) {
    if (call.is_over()) break;
    call.Failed(PrintFile(call, found));
  }
  return call.code();
}

int Copy(FsCall& call, Sides sides) {
  const Result<CopyOptions> options = OptionsOf(call);
  if (!options.ok()) return call.Usage(options.status());
  std::span<const std::string> sources = call.words();
  std::string target = ".";
  if (sources.size() > 1) {
    target = sources.back();
    sources = sources.first(sources.size() - 1);
  }
  if (target == "-") return CopyToStdout(call, sources, sides.source);
  if (sources.size() == 1 && sources[0] == "-") {
    call.Failed(CopyStdin(call, *options, target, sides.target));
    return call.code();
  }
  const std::vector<Found> found = ExpandAll(call, sources, sides.source);
  if (found.empty()) return call.code();
  const Result<Target> to =
      PrepareTarget(call, target, sides.target, found.size() > 1 || sources.size() > 1);
  if (!to.ok()) {
    call.Failed(to.status());
    return call.code();
  }
  Copier copier(call, *options);
  for (const Found& source : found) copier.Copy(source, to->For(source.entry));
  copier.Finish();
  return call.code();
}

FsVerb CopyVerb(std::string_view name, std::string_view arguments,
                std::string_view summary, size_t least, Sides sides) {
  return {.name = name,
          .arguments = arguments,
          .summary = summary,
          // -l and -d are Hadoop's: lazy writing, and no temporary name, which is how it
          // always is here for readers. -ignoreCrc and -crc: checksums are always checked
          // and never files.
          .flags = {"-f", "-p", "-t=", "-d", "-ignoreCrc", "-crc"},
          .least = least,
          .run = [sides](FsCall& call) { return Copy(call, sides); },
          .stops_itself = true};
}

}  // namespace

std::vector<FsVerb> CopyVerbs() {
  return {CopyVerb("put", "[-f] [-p] [-t WORKERS] LOCAL... [TARGET]",
                   "copy local files and directories, or stdin ('-')", 1,
                   {.source = WordBase::kLocal}),
          CopyVerb("get", "[-f] [-p] [-t WORKERS] PATH... [LOCAL]",
                   "copy to the local disk, or to stdout ('-')", 1,
                   {.target = WordBase::kLocal}),
          CopyVerb("cp", "[-f] [-p] [-t WORKERS] PATH... TARGET",
                   "copy files and directories", 2, {})};
}

}  // namespace howdah::cli
