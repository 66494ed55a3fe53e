#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/status.h"

namespace howdah {

/// Where an encoder's bytes go: a file being written, or memory. Thread-confined.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// Take all of `bytes`, which are not kept after the call. After an error the sink
  /// accepts nothing more.
  virtual Status Append(std::span<const std::byte> bytes) = 0;
};

/// Where a reader's bytes come from: an immutable file. Thread-safe.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Name for messages, as the user wrote it or can find it.
  virtual const std::string& name() const = 0;
  /// Length in bytes, fixed when the source was opened.
  virtual int64_t size() const = 0;
  /// Fill `out` from `offset`; short only at the end of the file.
  /// \return the number of bytes read.
  virtual Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) = 0;
};

}  // namespace howdah
