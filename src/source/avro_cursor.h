#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "avro/varint.h"
#include "base/status.h"

namespace howdah {

/// Goes through the values of one block. After a `false` its reason stays and the cursor
/// must not be used further. Thread-confined.
class AvroCursor {
 public:
  explicit AvroCursor(std::span<const std::byte> block)
      : begin_(block.data()),
        at_(begin_),
        end_(begin_ + block.size()),
        steps_(kFreeSteps + kStepsPerByte * (end_ - begin_)) {}

  int64_t offset() const { return at_ - begin_; }  ///< of the next byte, in the block
  int64_t left() const { return end_ - at_; }

  bool Long(int64_t* value) {
    const std::byte* const next = GetAvroLong(at_, end_, value);
    if (next == nullptr) {
      return Fail("a number that does not end in its block, or has more than 64 bits");
    }
    at_ = next;
    return true;
  }

  /// The next `count` bytes.
  bool Take(int64_t count, const std::byte** bytes) {
    if (count < 0) return Fail("a length below 0");
    if (count > left()) return Fail("a length that goes beyond its block");
    *bytes = at_;
    at_ += count;
    return true;
  }

  /// The number of items of an array's or map's next block; 0: there is none. Each item
  /// takes `least` (> 0) bytes at least. \param size  the bytes of all, -1: not said.
  bool Items(int64_t least, int64_t* count, int64_t* size) {
    *size = -1;
    if (!Long(count)) return false;
    if (*count < 0) {
      if (!Long(size)) return false;
      if (*size < 0) return Fail("a block of items with a size below 0");
      if (*count == INT64_MIN) return Fail("more items than its block has bytes");
      *count = -*count;
    }
    if (least > 0 && *count > left() / least) {
      return Fail("more items than its block has bytes");
    }
    return true;
  }

  /// To be called for each value that may take no bytes: schemas can name more of them
  /// than anybody can count.
  bool Step() {
    return --steps_ > 0 || Fail("more values without bytes than can be passed over");
  }

  /// `reason`, a noun clause, outlives the cursor.
  bool Fail(const char* reason) {
    if (reason_ == nullptr) reason_ = reason;
    return false;
  }
  /// Whether `status` is OK; if not, it stays.
  bool Check(const Status& status) {
    if (status.ok()) return true;
    status_ = status;
    return false;
  }

  const char* reason() const { return reason_; }
  const Status& status() const { return status_; }

 private:
  static constexpr int64_t kFreeSteps = 1'000'000, kStepsPerByte = 16;

  const std::byte* const begin_;
  const std::byte* at_;
  const std::byte* const end_;
  int64_t steps_;
  const char* reason_ = nullptr;
  Status status_;
};

}  // namespace howdah
