#include "source/range_reader.h"

#include <algorithm>
#include <cstring>

namespace howdah {

RangeReader::RangeReader(ByteSource& file, int64_t first_byte, int64_t end_byte,
                         int64_t read_bytes)
    : file_(file), offset_(first_byte), end_byte_(end_byte), read_bytes_(read_bytes) {}

Result<std::span<const std::byte>> RangeReader::Peek(int64_t count) {
  const auto wanted = static_cast<size_t>(count);
  if (filled_ - used_ < wanted) {
    const size_t kept = filled_ - used_;
    if (kept > 0) std::memmove(buffer_.data(), buffer_.data() + used_, kept);
    used_ = 0;
    filled_ = kept;
    const auto size = static_cast<size_t>(std::min(std::max(count, read_bytes_), left()));
    if (buffer_.size() < size) buffer_.resize(size);
    const auto rest = std::span(buffer_).first(size).subspan(kept);
    HOWDAH_ASSIGN_OR_RETURN(const int64_t read,
                            file_.ReadAt(offset_ + static_cast<int64_t>(kept), rest));
    filled_ += static_cast<size_t>(read);
    if (filled_ < wanted) {
      return Error(
          ErrorKind::kCorruption,
          "{}: ends at byte {}, expected were {} bytes: it has changed since the "
          "job was planned",
          file_.name(), offset_ + static_cast<int64_t>(filled_), end_byte_);
    }
  }
  return std::span<const std::byte>(buffer_).subspan(used_, wanted);
}

Result<std::span<const std::byte>> RangeReader::Take(int64_t count) {
  HOWDAH_ASSIGN_OR_RETURN(const auto bytes, Peek(count));
  used_ += bytes.size();
  offset_ += count;
  return bytes;
}

void RangeReader::Skip(int64_t count) {
  offset_ += count;
  const auto inside = std::min(filled_ - used_, static_cast<size_t>(count));
  used_ += inside;
  if (static_cast<int64_t>(inside) < count) used_ = filled_ = 0;
}

}  // namespace howdah
