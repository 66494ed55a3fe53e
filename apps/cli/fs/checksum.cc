#include "cli/fs/verbs.h"

namespace howdah::cli {
namespace {

int Checksum(FsCall& call) {
  return call.ForEach([&](const Found& found) -> Status {
    if (found.entry.is_directory()) {
      return Error(ErrorKind::kInvalidInput, "{}: Is a directory", found.place.shown);
    }
    HOWDAH_ASSIGN_OR_RETURN(const uint32_t crc,
                            found.place.volume->files().Checksum(found.place.path));
    call.Print(fmt::format("{}\tCOMPOSITE-CRC32C\t{:08x}\n", found.place.shown, crc));
    return Status::OK();
  });
}

}  // namespace

FsVerb ChecksumVerb() {
  return {.name = "checksum",
          .arguments = "PATH...",
          .summary = "print the CRC32C of files' bytes; HDFS has it, no data moves",
          .run = Checksum};
}

}  // namespace howdah::cli
