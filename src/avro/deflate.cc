#include "avro/deflate.h"

#include <arrow/buffer.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "avro/scratch.h"

namespace howdah {
namespace {

// ISA-L takes pointers that are not const although it only reads.
uint8_t* Input(std::span<const std::byte> bytes) {
  return reinterpret_cast<uint8_t*>(const_cast<std::byte*>(bytes.data()));
}

class Deflate final : public BlockCompressor {
 public:
  explicit Deflate(arrow::MemoryPool* pool) : out_(pool), level_(kLevelBytes) {}

  Result<StoredBlock> Compress(std::span<const std::byte> block) override {
    // What does not shrink is stored: 5 bytes for each 65,535, and a header.
    const auto bytes = static_cast<int64_t>(block.size());
    const int64_t most = bytes + bytes / 1024 + 1024;
    HOWDAH_RETURN_IF_ERROR(out_.Reserve(most));
    isal_zstream stream;
    isal_deflate_stateless_init(&stream);
    stream.level = kLevel;
    stream.level_buf = level_.data();
    stream.level_buf_size = static_cast<uint32_t>(level_.size());
    stream.next_in = Input(block);
    stream.avail_in = static_cast<uint32_t>(block.size());
    stream.next_out = reinterpret_cast<uint8_t*>(out_.data());
    stream.avail_out = static_cast<uint32_t>(most);
    stream.end_of_stream = 1;
    stream.flush = NO_FLUSH;
    stream.gzip_flag = IGZIP_DEFLATE;
    const int code = isal_deflate_stateless(&stream);
    if (code != COMP_OK || stream.avail_in != 0) {
      return Error(ErrorKind::kInternal, "deflate failed with {} on {} bytes", code,
                   bytes);
    }
    const auto stored = static_cast<int64_t>(stream.total_out);
    return StoredBlock{.pieces = {out_.First(stored)}, .bytes = stored};
  }

 private:
  static constexpr int kLevel = 1;
  static constexpr size_t kLevelBytes = ISAL_DEF_LVL1_DEFAULT;
  Scratch out_;
  std::vector<uint8_t> level_;
};

class Inflate final : public BlockDecompressor {
 public:
  explicit Inflate(arrow::MemoryPool* pool)
      : out_(pool), state_(std::make_unique<inflate_state>()) {}

  /// At once, into as much memory as blocks before took; the first ones may take several
  /// tries. Bytes behind the end are let be: Avro's Python writers leave three of zlib's
  /// checksum there.
  Result<std::span<const std::byte>> Decompress(std::span<const std::byte> stored,
                                                int64_t most) override {
    if (stored.size() > std::numeric_limits<uint32_t>::max()) {
      return Error(ErrorKind::kCorruption, "a block of {} bytes", stored.size());
    }
    most = std::min<int64_t>(most, std::numeric_limits<uint32_t>::max());
    for (int64_t tried = 0;;) {
      HOWDAH_RETURN_IF_ERROR(out_.Grow(tried, most));
      const int64_t room = std::min(out_.size(), most);
      isal_inflate_init(state_.get());
      state_->next_in = Input(stored);
      state_->avail_in = static_cast<uint32_t>(stored.size());
      state_->next_out = reinterpret_cast<uint8_t*>(out_.data());
      state_->avail_out = static_cast<uint32_t>(room);
      const int code = isal_inflate_stateless(state_.get());
      if (code == ISAL_DECOMP_OK && state_->block_state == ISAL_BLOCK_FINISH) {
        return out_.First(room - state_->avail_out);
      }
      if (code != ISAL_OUT_OVERFLOW) {
        return Error(ErrorKind::kCorruption, "bytes that are not deflate's (code {})",
                     code);
      }
      tried = room;
    }
  }

 private:
  Scratch out_;
  std::unique_ptr<inflate_state> state_;  // 80 KiB
};

}  // namespace

std::unique_ptr<BlockCompressor> MakeDeflate(arrow::MemoryPool* pool) {
  return std::make_unique<Deflate>(pool);
}

std::unique_ptr<BlockDecompressor> MakeInflate(arrow::MemoryPool* pool) {
  return std::make_unique<Inflate>(pool);
}

}  // namespace howdah
