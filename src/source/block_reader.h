#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/byte_io.h"
#include "base/status.h"
#include "source/text_options.h"

namespace arrow {
class Buffer;
class MemoryPool;
}  // namespace arrow

namespace howdah {

/// Some whole records of a text file.
struct TextBlock {
  /// The records between two newlines that are not in the file: with the first one no
  /// parser takes a record for the file's byte order mark, with the last one all records
  /// are ended. nullptr: none are left.
  std::shared_ptr<arrow::Buffer> framed;
  std::string_view text;   ///< the records alone
  int64_t first_byte = 0;  ///< where they lie in the file
  int64_t end_byte = 0;
};

/// The end of the last whole record in a text that begins with a record; 0: there is
/// none.
using CutRecords = std::function<size_t(std::string_view)>;

/// Reads a byte range of a text file in blocks of whole records, in bounded memory. The
/// range begins and ends between records. Thread-confined.
class BlockReader {
 public:
  /// `file` must outlive the reader; `pool` nullptr: Arrow's default.
  BlockReader(ByteSource& file, int64_t first_byte, int64_t end_byte, CutRecords cut,
              const TextSourceOptions& options, arrow::MemoryPool* pool = nullptr);

  /// The next block; it stays as it is when the reader goes on. Corruption: the file is
  /// shorter than it was. ResourceExhausted: a record larger than
  /// options.most_record_bytes. Errors name the file.
  Result<TextBlock> Next();

 private:
  ByteSource& file_;
  int64_t offset_;  // of the first byte that is in no block yet
  const int64_t end_byte_;
  const CutRecords cut_;
  const TextSourceOptions options_;
  arrow::MemoryPool* const pool_;
  std::shared_ptr<arrow::Buffer> kept_;  // bytes behind the last block, from offset_ on
};

/// The length of the byte order mark at the start of `file`: 3, or 0 without one.
Result<int64_t> ByteOrderMark(ByteSource& file);

}  // namespace howdah
