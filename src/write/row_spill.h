#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "storage/scratch_file.h"

namespace howdah {

/// Rows of many partitions that wait on a local disk until all of them are known: blocks
/// of Arrow's IPC format, larger ones compressed by LZ4, in a scratch file, of which
/// memory holds a place and a checksum for each block. Thread-confined.
class RowSpill {
 public:
  /// \param schema  of all rows.
  /// \param directory  of the scratch file, which is made when there are rows.
  RowSpill(std::shared_ptr<arrow::Schema> schema, std::string directory)
      : schema_(std::move(schema)), directory_(std::move(directory)) {}

  /// Errors of ScratchFile.
  Status Append(uint32_t partition, const arrow::RecordBatch& rows);

  /// Partitions that have rows here, ascending.
  std::vector<uint32_t> partitions() const;
  /// Give the rows of `partition` in the order in which they came, some at a time.
  /// Corruption: a block is not what was written.
  Status Read(uint32_t partition,
              const std::function<Status(const arrow::RecordBatch&)>& take) const;

  /// Bytes of memory, with those that a call holds for a moment.
  int64_t BufferedBytes() const { return index_bytes_ + most_transient_; }

 private:
  struct Block {
    int64_t offset = 0, bytes = 0;
    uint32_t crc32c = 0;
  };
  Status AppendBlock(uint32_t partition, const arrow::RecordBatch& rows);

  const std::shared_ptr<arrow::Schema> schema_;
  const std::string directory_;
  std::unique_ptr<ScratchFile> file_;
  std::map<uint32_t, std::vector<Block>> blocks_;  // by partition
  int64_t index_bytes_ = 0;                        // of blocks_, about
  int64_t most_transient_ = 0;  // a block, and the parts that it was made of
};

}  // namespace howdah
