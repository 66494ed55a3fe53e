#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/byte_io.h"

namespace arrow::io {
class InputStream;
}

namespace howdah {

/// What ends a record.
enum class RecordEnd {
  kLine,        ///< each LF
  kLineOrQuote  ///< an LF outside of quotes
};

/// Goes through the records of a file of text, each of which must have its end: a file
/// that is cut shows it. Memory: the longest record. Thread-confined.
class TextRecords {
 public:
  /// `file` must outlive it. Errors as Next's.
  static Result<TextRecords> Open(ByteSource& file, const std::string& compression,
                                  RecordEnd end);

  /// The next record without its LF, valid until the next call; false: there is none.
  /// Corruption names the file: a last record without an end, bytes that do not
  /// decompress, a record beyond 256 MiB.
  Result<bool> Next(std::string_view* record);

  /// How many there were.
  int64_t count() const { return count_; }
  const std::string& name() const { return *name_; }

 private:
  TextRecords(const ByteSource& file, std::shared_ptr<arrow::io::InputStream> input,
              RecordEnd end);

  Result<bool> Fill();

  const std::string* name_;
  std::shared_ptr<arrow::io::InputStream> input_;
  RecordEnd end_of_record_;
  size_t read_bytes_;  // at once
  std::string buffer_;
  size_t begin_ = 0, end_ = 0;  // of what is not read yet
  int64_t count_ = 0;
};

}  // namespace howdah
