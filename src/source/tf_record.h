#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_io.h"
#include "source/range_reader.h"

namespace howdah {

/// One record of a TFRecord file.
struct TfRecord {
  int64_t first_byte = 0;  ///< of its header
  int64_t end_byte = 0;    ///< behind its last checksum; 0: there was no record left
  std::string_view data;   ///< stays until the next record is read
};

/// Reads the records of a byte range, which begins and ends between records.
/// Thread-confined.
///
/// A record is a length (uint64), the masked CRC-32C of these 8 bytes, the data, their
/// masked CRC-32C; all little-endian. Source: TensorFlow, core/lib/io/record_writer.h and
/// core/lib/hash/crc32c.h.
class TfRecordReader {
 public:
  /// \param want_data  false: the data are passed over, neither read nor checked, and
  ///   `data` is empty.
  TfRecordReader(ByteSource& file, int64_t first_byte, int64_t end_byte, bool want_data);

  /// The next record. Corruption: the range ends inside a record; a checksum does not
  /// fit. ResourceExhausted: a record of more than 256 MiB. Errors name the file and the
  /// record's first byte.
  Result<TfRecord> Next();

 private:
  ByteSource& file_;
  const bool want_data_;
  RangeReader bytes_;
};

/// Whether `file` begins with the header of a record.
Result<bool> BeginsWithTfRecord(ByteSource& file);

}  // namespace howdah
