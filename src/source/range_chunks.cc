#include "source/range_chunks.h"

#include <arrow/record_batch.h>

#include <utility>

namespace howdah {
namespace {

class RangeChunkReader final : public ChunkReader {
 public:
  RangeChunkReader(const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
                   OpenRange open)
      : parts_(split.parts), files_(std::move(files)), open_(std::move(open)) {}

  Result<SourceBatch> NextChunk() override {
    while (part_ < parts_.size()) {
      if (next_rows_ == nullptr) HOWDAH_RETURN_IF_ERROR(OpenPart());
      HOWDAH_ASSIGN_OR_RETURN(auto rows, next_rows_());
      if (rows == nullptr) {
        HOWDAH_RETURN_IF_ERROR(ClosePart());
        continue;
      }
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

  Status OpenPart() {
    HOWDAH_ASSIGN_OR_RETURN(next_rows_,
                            open_(files_[part_], part().first_byte, part().end_byte));
    read_ = 0;
    return Status::OK();
  }

  Status ClosePart() {
    if (read_ != part().rows) return OtherRows();
    next_rows_ = nullptr;
    files_[part_].reset();
    ++part_;
    return Status::OK();
  }

  Status OtherRows() {
    return Error(
        ErrorKind::kCorruption,
        "{}: bytes {} to {} hold {} rows, planned were {}: the file has changed "
        "since the job was planned",
        files_[part_]->name(), part().first_byte, part().end_byte,
        read_ > part().rows ? fmt::format("at least {}", read_) : std::to_string(read_),
        part().rows);
  }

  const std::vector<SplitPart> parts_;
  std::vector<std::shared_ptr<ByteSource>> files_;
  const OpenRange open_;

  size_t part_ = 0;
  // Of the part being read:
  NextRows next_rows_;
  int64_t read_ = 0;
};

}  // namespace

std::unique_ptr<ChunkReader> MakeRangeChunkReader(
    const Split& split, std::vector<std::shared_ptr<ByteSource>> files, OpenRange open) {
  return std::make_unique<RangeChunkReader>(split, std::move(files), std::move(open));
}

Status CheckRange(const ByteSource& file, int64_t first_byte, int64_t end_byte) {
  if (0 <= first_byte && first_byte <= end_byte && end_byte <= file.size()) {
    return Status::OK();
  }
  return Error(ErrorKind::kCorruption,
               "{}: bytes {} to {} were planned, the file has {}: it has changed since "
               "the job was planned",
               file.name(), first_byte, end_byte, file.size());
}

}  // namespace howdah
