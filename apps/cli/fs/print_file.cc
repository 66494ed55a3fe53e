#include "cli/fs/print_file.h"

#include <algorithm>
#include <vector>

namespace howdah::cli {

Result<std::unique_ptr<ByteSource>> OpenFile(const Found& found) {
  if (found.entry.is_directory()) {
    return Error(ErrorKind::kInvalidInput, "{}: Is a directory", found.place.shown);
  }
  return found.place.volume->files().OpenInput(found.place.path);
}

Status PrintPiece(FsCall& call, std::span<const std::byte> piece) {
  if (call.is_over()) return Error(ErrorKind::kCancelled, "stopped");
  call.Print({reinterpret_cast<const char*>(piece.data()), piece.size()});
  return Status::OK();
}

Status PrintFrom(FsCall& call, ByteSource& source, int64_t offset) {
  // Many packets, which cost less together, but not more than a core's cache has.
  constexpr int64_t kPieceBytes = int64_t{1} << 19;
  std::vector<std::byte> piece(
      static_cast<size_t>(std::clamp<int64_t>(source.size() - offset, 0, kPieceBytes)));
  while (offset < source.size()) {
    HOWDAH_ASSIGN_OR_RETURN(const int64_t got, source.ReadAt(offset, piece));
    if (got == 0) {
      return Error(ErrorKind::kCorruption, "{}: it ended after {} of {} bytes",
                   source.name(), offset, source.size());
    }
    HOWDAH_RETURN_IF_ERROR(
        PrintPiece(call, std::span(piece).first(static_cast<size_t>(got))));
    offset += got;
  }
  return Status::OK();
}

Status PrintFile(FsCall& call, const Found& found) {
  HOWDAH_ASSIGN_OR_RETURN(const auto source, OpenFile(found));
  return PrintFrom(call, *source, 0);
}

}  // namespace howdah::cli
