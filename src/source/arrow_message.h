#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/byte_io.h"
#include "base/status.h"

namespace arrow {
class Buffer;
class Schema;
}  // namespace arrow

namespace howdah {

/// The metadata of one message of Arrow's formats.
struct ArrowMessage {
  enum class Kind { kEnd, kSchema, kRecords, kOther };
  Kind kind = Kind::kEnd;
  int64_t rows = 0;                   ///< of kRecords
  std::vector<int64_t> buffer_bytes;  ///< of kRecords: its buffers, depth first
  int64_t end_byte = 0;               ///< behind its body
};

/// Read the metadata of the message at `offset`. Errors do not name the file; without a
/// kind, they come from Arrow.
Result<ArrowMessage> ReadArrowMessage(ByteSource& file, int64_t offset);

/// Where the record batches begin, by the footer at the end of a file.
Result<std::vector<int64_t>> ReadArrowFooter(ByteSource& file);

/// Of the `buffer_bytes` of a record batch, those of the top-level columns `columns`; all
/// of them if it cannot be told which is whose.
int64_t ColumnBytes(const arrow::Schema& schema, const std::vector<int>& columns,
                    const std::vector<int64_t>& buffer_bytes);

}  // namespace howdah
