#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_io.h"

namespace howdah {

/// Reads a byte range of a file from front to back, through a buffer that is as large as
/// what is taken at once, and never larger than the range. Thread-confined.
class RangeReader {
 public:
  /// `file` must outlive the reader. \param read_bytes  what is read at once, at least.
  RangeReader(ByteSource& file, int64_t first_byte, int64_t end_byte,
              int64_t read_bytes = int64_t{1} << 20);

  int64_t offset() const { return offset_; }  ///< of the next byte, in the file
  int64_t left() const { return end_byte_ - offset_; }

  /// The next `count` bytes, at most left(); they stay until the next call. Corruption:
  /// the file is shorter than it was.
  Result<std::span<const std::byte>> Take(int64_t count);
  /// The next `count` bytes, at most left(), without going on.
  Result<std::span<const std::byte>> Peek(int64_t count);
  /// Pass over `count` bytes, at most left(), without reading them.
  void Skip(int64_t count);

 private:
  ByteSource& file_;
  int64_t offset_;
  const int64_t end_byte_;
  const int64_t read_bytes_;
  std::vector<std::byte> buffer_;
  size_t used_ = 0;    // bytes of buffer_ before offset_
  size_t filled_ = 0;  // bytes of buffer_ that were read
};

}  // namespace howdah
