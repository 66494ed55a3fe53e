#include "source/block_reader.h"

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "base/units.h"

namespace howdah {

BlockReader::BlockReader(ByteSource& file, int64_t first_byte, int64_t end_byte,
                         CutRecords cut, const TextSourceOptions& options,
                         arrow::MemoryPool* pool)
    : file_(file),
      offset_(first_byte),
      end_byte_(end_byte),
      cut_(std::move(cut)),
      options_(options),
      pool_(pool != nullptr ? pool : arrow::default_memory_pool()) {}

Result<TextBlock> BlockReader::Next() {
  if (offset_ >= end_byte_) return TextBlock{};
  int64_t kept = kept_ == nullptr ? 0 : kept_->size();
  for (int64_t want = std::max(options_.block_bytes, 2 * kept);; want *= 2) {
    const int64_t size =
        std::min({want, options_.most_record_bytes, end_byte_ - offset_});
    HOWDAH_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> buffer,
                            arrow::AllocateBuffer(size + 2, pool_));
    char* const frame = reinterpret_cast<char*>(buffer->mutable_data());
    frame[0] = frame[size + 1] = '\n';
    char* const text = frame + 1;
    kept = std::min(kept, size);
    if (kept > 0) std::memcpy(text, kept_->data(), static_cast<size_t>(kept));
    const auto rest = std::span(text + kept, static_cast<size_t>(size - kept));
    HOWDAH_ASSIGN_OR_RETURN(const int64_t read,
                            file_.ReadAt(offset_ + kept, std::as_writable_bytes(rest)));
    if (read != size - kept) {
      return Error(
          ErrorKind::kCorruption,
          "{}: ends at byte {}, expected were {} bytes: it has changed since the "
          "job was planned",
          file_.name(), offset_ + kept + read, end_byte_);
    }
    const bool last = offset_ + size == end_byte_;
    const std::string_view all(text, static_cast<size_t>(size));
    const auto used = last ? size : static_cast<int64_t>(cut_(all));
    if (used > 0) {
      TextBlock block{.first_byte = offset_, .end_byte = offset_ + used};
      kept_ = nullptr;
      if (used < size) {
        HOWDAH_ASSIGN_OR_RETURN(kept_, arrow::AllocateBuffer(size - used, pool_));
        std::memcpy(kept_->mutable_data(), text + used, static_cast<size_t>(size - used));
      }
      text[used] = '\n';
      block.framed = arrow::SliceBuffer(std::move(buffer), 0, used + 2);
      block.text = all.substr(0, static_cast<size_t>(used));
      offset_ += used;
      return block;
    }
    if (size >= options_.most_record_bytes) {
      return Error(ErrorKind::kResourceExhausted,
                   "{}: the record that begins at byte {} is longer than {}; is a line "
                   "break or a closing quote missing?",
                   file_.name(), offset_, FormatByteSize(options_.most_record_bytes));
    }
    kept = size;
    kept_ = arrow::SliceBuffer(std::move(buffer), 1, size);
  }
}

Result<int64_t> ByteOrderMark(ByteSource& file) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  std::array<char, kMark.size()> head{};
  HOWDAH_ASSIGN_OR_RETURN(const int64_t read,
                          file.ReadAt(0, std::as_writable_bytes(std::span(head))));
  const std::string_view text(head.data(), static_cast<size_t>(read));
  return text == kMark ? static_cast<int64_t>(kMark.size()) : 0;
}

}  // namespace howdah
