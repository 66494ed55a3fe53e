#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/status.h"

namespace howdah {

/// A file on a local disk for bytes that do not fit in memory. It has no name, so that
/// nothing remains of it, whatever ends its process. Thread-confined.
class ScratchFile {
 public:
  /// Where scratch files are made unless somebody says otherwise: $TMPDIR, else /var/tmp,
  /// since /tmp is memory on many machines.
  static std::string DefaultDirectory();

  /// Errors name `directory` and TMPDIR; kinds as FileSystem has them.
  static Result<std::unique_ptr<ScratchFile>> Create(const std::string& directory);
  virtual ~ScratchFile() = default;

  /// \return where `bytes` begin in the file. ResourceExhausted: the disk is full (names
  /// the directory, and what is in this file already).
  virtual Result<int64_t> Append(std::span<const std::byte> bytes) = 0;
  /// Fill `out` with the bytes from `offset` on. Corruption: there are fewer.
  virtual Status ReadAt(int64_t offset, std::span<std::byte> out) const = 0;
  /// Bytes appended.
  virtual int64_t size() const = 0;
};

}  // namespace howdah
