#pragma once

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/status.h"

namespace howdah {

/// Memory for one block's bytes, which is kept from block to block.
class Scratch {
 public:
  explicit Scratch(arrow::MemoryPool* pool)
      : pool_(pool != nullptr ? pool : arrow::default_memory_pool()) {}

  /// Have room for `bytes`. What was there is lost.
  Status Reserve(int64_t bytes) {
    if (buffer_ != nullptr && buffer_->size() >= bytes) return Status::OK();
    buffer_.reset();
    return arrow::AllocateResizableBuffer(bytes, pool_).Value(&buffer_);
  }

  /// Have room behind `filled` bytes, which stay. Corruption: that would be more than
  /// `most`.
  Status Grow(int64_t filled, int64_t most) {
    if (filled < size()) return Status::OK();
    if (filled >= most) {
      return Error(ErrorKind::kCorruption, "it decompresses to more than {} bytes", most);
    }
    constexpr int64_t kFirst = int64_t{256} << 10;
    const int64_t larger = std::min(most, std::max(kFirst, 2 * filled));
    if (buffer_ == nullptr) return Reserve(larger);
    return buffer_->Resize(larger, /*shrink_to_fit=*/false);
  }

  int64_t size() const { return buffer_ == nullptr ? 0 : buffer_->size(); }
  std::byte* data() { return reinterpret_cast<std::byte*>(buffer_->mutable_data()); }
  std::span<const std::byte> First(int64_t bytes) {
    if (bytes == 0) return {};
    return {data(), static_cast<size_t>(bytes)};
  }

 private:
  arrow::MemoryPool* const pool_;
  std::unique_ptr<arrow::ResizableBuffer> buffer_;
};

}  // namespace howdah
