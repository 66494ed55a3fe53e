#include "cli/fs/format.h"
#include "cli/fs/mode.h"
#include "cli/fs/stat_format.h"
#include "cli/fs/verbs.h"

namespace howdah::cli {
namespace {

int Stat(FsCall& call) {
  std::string format = "%y";
  std::span<const std::string> words = call.words();
  if (words[0].find('%') != std::string::npos) {
    format = words[0];
    words = words.subspan(1);
    if (words.empty()) {
      return call.Usage(
          Error(ErrorKind::kInvalidInput, "no path after the format '{}'", format));
    }
  }
  const Status valid = CheckStatFormat(format);
  if (!valid.ok()) return call.Usage(valid);
  return call.ForEach(words, [&](const Found& found) {
    call.Print(StatText(format, found.entry) + "\n");
    return Status::OK();
  });
}

}  // namespace

FsVerb StatVerb() {
  return {.name = "stat",
          .arguments = "[FORMAT] PATH...",
          .summary =
              "print what FORMAT asks for: %a %A mode, %b bytes, %F type, %g group, "
              "%n name, %o block size, %r replication, %u owner, %x %X access time, "
              "%y %Y modification time",
          .run = Stat};
}

}  // namespace howdah::cli
