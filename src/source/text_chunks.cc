#include "source/text_chunks.h"

#include <arrow/record_batch.h>

#include <utility>

#include "source/gzip_source.h"
#include "source/range_chunks.h"

namespace howdah {
namespace {

/// The blocks of one byte range, decoded.
class TextRange {
 public:
  TextRange(std::shared_ptr<ByteSource> file, DecodeBlock decode, BlockReader blocks)
      : file_(std::move(file)), decode_(std::move(decode)), blocks_(std::move(blocks)) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() {
    HOWDAH_ASSIGN_OR_RETURN(const TextBlock block, blocks_.Next());
    if (block.framed == nullptr) return nullptr;
    return decode_(block);
  }

 private:
  const std::shared_ptr<ByteSource> file_;  // outlives what reads it
  const DecodeBlock decode_;
  BlockReader blocks_;
};

}  // namespace

std::unique_ptr<ChunkReader> MakeTextChunkReader(
    const Split& split, std::vector<std::shared_ptr<ByteSource>> files, OpenTextFile open,
    const TextSourceOptions& options, arrow::MemoryPool* pool) {
  const auto open_range = [open = std::move(open), options, pool](
                              std::shared_ptr<ByteSource> file, int64_t first_byte,
                              int64_t end_byte) -> Result<NextRows> {
    HOWDAH_ASSIGN_OR_RETURN(file, Uncompressed(std::move(file), end_byte));
    HOWDAH_RETURN_IF_ERROR(CheckRange(*file, first_byte, end_byte));
    HOWDAH_ASSIGN_OR_RETURN(TextFile text, open(*file));
    BlockReader blocks(*file, first_byte, end_byte, std::move(text.cut), options, pool);
    const auto range = std::make_shared<TextRange>(
        std::move(file), std::move(text.decode), std::move(blocks));
    return [range] { return range->Next(); };
  };
  return MakeRangeChunkReader(split, std::move(files), open_range);
}

}  // namespace howdah
