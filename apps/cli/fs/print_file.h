#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "cli/fs/call.h"

namespace howdah::cli {

/// InvalidInput: it is a directory.
Result<std::unique_ptr<ByteSource>> OpenFile(const Found& found);

/// Cancelled: the call is over.
Status PrintPiece(FsCall& call, std::span<const std::byte> piece);

/// Print a file from `offset` on, in pieces.
Status PrintFrom(FsCall& call, ByteSource& source, int64_t offset);

/// Print a whole file.
Status PrintFile(FsCall& call, const Found& found);

}  // namespace howdah::cli
