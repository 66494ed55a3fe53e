#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/byte_io.h"

namespace howdah {

/// Whether `file` begins as a gzip file does (RFC 1952).
Result<bool> IsGzip(ByteSource& file);

/// `file` itself, or, if it is a gzip file, the bytes that it holds (all its members,
/// one behind the other), in bounded memory. Those are meant to be read from front to
/// back: to go back means to begin again.
/// \param size  the number of those bytes where it is known; else the file is read once
///   to learn it.
/// Corruption, when opened or read, names the file and a byte of it: it is cut, damaged,
/// has something behind its end, or holds more or less than `size` bytes.
Result<std::shared_ptr<ByteSource>> Uncompressed(std::shared_ptr<ByteSource> file,
                                                 std::optional<int64_t> size);

/// Uncompressed for the length of a call: `file` outlives the result.
Result<std::shared_ptr<ByteSource>> Uncompressed(ByteSource& file);

/// The same for a file that is known to be gzip.
Result<std::shared_ptr<ByteSource>> OpenGzip(std::shared_ptr<ByteSource> file,
                                             std::optional<int64_t> size);

}  // namespace howdah
