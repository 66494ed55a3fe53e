#include "source/text_chunks.h"

#include <arrow/record_batch.h>

#include <optional>
#include <utility>

namespace howdah {
namespace {

class TextChunkReader final : public ChunkReader {
 public:
  TextChunkReader(const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
                  OpenTextFile open, const TextOptions& options, arrow::MemoryPool* pool)
      : parts_(split.parts),
        files_(std::move(files)),
        open_(std::move(open)),
        options_(options),
        pool_(pool) {}

  Result<SourceBatch> NextChunk() override {
    while (part_ < parts_.size()) {
      if (!blocks_.has_value()) HOWDAH_RETURN_IF_ERROR(OpenPart());
      HOWDAH_ASSIGN_OR_RETURN(const TextBlock block, blocks_->Next());
      if (block.framed == nullptr) {
        HOWDAH_RETURN_IF_ERROR(ClosePart());
        continue;
      }
      HOWDAH_ASSIGN_OR_RETURN(auto rows, decode_(block));
      if (rows->num_rows() == 0) continue;
      SourceBatch chunk{.file = part().file, .first_row = part().first_row + read_};
      read_ += rows->num_rows();
      if (read_ > part().rows) return OtherRows();
      chunk.rows = std::move(rows);
      return chunk;
    }
    return SourceBatch{};
  }

 private:
  const SplitPart& part() const { return parts_[part_]; }
  ByteSource& file() { return *files_[part_]; }

  Status OpenPart() {
    if (part().first_byte < 0 || part().first_byte > part().end_byte ||
        part().end_byte > file().size()) {
      return Error(
          ErrorKind::kCorruption,
          "{}: bytes {} to {} were planned, the file has {}: it has changed since "
          "the job was planned",
          file().name(), part().first_byte, part().end_byte, file().size());
    }
    HOWDAH_ASSIGN_OR_RETURN(TextFile opened, open_(file()));
    decode_ = std::move(opened.decode);
    blocks_.emplace(file(), part().first_byte, part().end_byte, std::move(opened.cut),
                    options_, pool_);
    read_ = 0;
    return Status::OK();
  }

  Status ClosePart() {
    if (read_ != part().rows) return OtherRows();
    blocks_.reset();
    decode_ = nullptr;
    files_[part_].reset();
    ++part_;
    return Status::OK();
  }

  Status OtherRows() {
    return Error(
        ErrorKind::kCorruption,
        "{}: bytes {} to {} hold {} rows, planned were {}: the file has changed "
        "since the job was planned",
        file().name(), part().first_byte, part().end_byte,
        read_ > part().rows ? fmt::format("at least {}", read_) : std::to_string(read_),
        part().rows);
  }

  const std::vector<SplitPart> parts_;
  std::vector<std::shared_ptr<ByteSource>> files_;
  const OpenTextFile open_;
  const TextOptions options_;
  arrow::MemoryPool* const pool_;

  size_t part_ = 0;
  // Of the part being read:
  DecodeBlock decode_;
  std::optional<BlockReader> blocks_;
  int64_t read_ = 0;
};

}  // namespace

std::unique_ptr<ChunkReader> MakeTextChunkReader(
    const Split& split, std::vector<std::shared_ptr<ByteSource>> files, OpenTextFile open,
    const TextOptions& options, arrow::MemoryPool* pool) {
  return std::make_unique<TextChunkReader>(split, std::move(files), std::move(open),
                                           options, pool);
}

}  // namespace howdah
