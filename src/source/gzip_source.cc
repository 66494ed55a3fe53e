#include "source/gzip_source.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace howdah {
namespace {

constexpr size_t kReadBytes = size_t{256} << 10;

class GzipSource final : public ByteSource {
 public:
  GzipSource(std::shared_ptr<ByteSource> file, int64_t size)
      : file_(std::move(file)), size_(size), input_(kReadBytes) {
    Restart();
  }

  const std::string& name() const override { return file_->name(); }
  int64_t size() const override { return size_; }

  Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) override {
    const std::lock_guard lock(mutex_);
    const int64_t left = std::max<int64_t>(size_ - offset, 0);
    if (static_cast<int64_t>(out.size()) > left) {
      out = out.first(static_cast<size_t>(left));
    }
    if (out.empty()) return 0;
    if (offset < position_) Restart();
    HOWDAH_RETURN_IF_ERROR(SkipTo(offset));
    HOWDAH_ASSIGN_OR_RETURN(const int64_t read, Inflate(out));
    if (position_ == size_) HOWDAH_RETURN_IF_ERROR(CheckEnd());
    return read;
  }

  /// Read all to learn how much it is.
  Status Measure() {
    HOWDAH_RETURN_IF_ERROR(SkipTo(std::numeric_limits<int64_t>::max()));
    size_ = position_;
    Restart();
    return Status::OK();
  }

 private:
  void Restart() {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
    state_->avail_in = 0;
    read_ = position_ = 0;
  }

  /// Up to `target`, or to the end.
  Status SkipTo(int64_t target) {
    std::vector<std::byte> scratch;
    while (position_ < target) {
      scratch.resize(kReadBytes);
      const auto most = std::min<int64_t>(kReadBytes, target - position_);
      HOWDAH_ASSIGN_OR_RETURN(
          const int64_t skipped,
          Inflate(std::span(scratch).first(static_cast<size_t>(most))));
      if (skipped < most) break;
    }
    return Status::OK();
  }

  Status CheckEnd() {
    std::array<std::byte, 1> more{};
    HOWDAH_ASSIGN_OR_RETURN(const int64_t read, Inflate(more));
    if (read == 0) return Status::OK();
    return Error(ErrorKind::kCorruption,
                 "{}: holds more than the {} bytes that it held before: it has changed "
                 "since the job was planned",
                 name(), size_);
  }

  /// \return bytes made; fewer than asked for only at the end of the last member.
  Result<int64_t> Inflate(std::span<std::byte> out) {
    // ISA-L counts in 32 bits.
    constexpr size_t kMost = size_t{1} << 30;
    size_t made = 0;
    while (made < out.size()) {
      if (state_->block_state == ISAL_BLOCK_FINISH) {  // another member may follow
        HOWDAH_ASSIGN_OR_RETURN(const bool more, Fill());
        if (!more) break;
        isal_inflate_reset(state_.get());
      }
      const size_t space = std::min(out.size() - made, kMost);
      state_->next_out = reinterpret_cast<uint8_t*>(out.data() + made);
      state_->avail_out = static_cast<uint32_t>(space);
      const int code = isal_inflate(state_.get());
      const size_t step = space - state_->avail_out;
      if (code < 0) return Damaged(code);
      made += step;
      if (step > 0 || state_->block_state == ISAL_BLOCK_FINISH) continue;
      HOWDAH_ASSIGN_OR_RETURN(const bool more, Fill());
      if (!more) {
        return Error(ErrorKind::kCorruption,
                     "{}: cut gzip file: it ends after {} bytes, inside its data", name(),
                     read_);
      }
    }
    position_ += static_cast<int64_t>(made);
    return static_cast<int64_t>(made);
  }

  /// Have some input. \return false: there is none left.
  Result<bool> Fill() {
    if (state_->avail_in > 0) return true;
    HOWDAH_ASSIGN_OR_RETURN(const int64_t read, file_->ReadAt(read_, std::span(input_)));
    state_->next_in = reinterpret_cast<uint8_t*>(input_.data());
    state_->avail_in = static_cast<uint32_t>(read);
    read_ += read;
    return read > 0;
  }

  Status Damaged(int code) const {
    const int64_t at = read_ - state_->avail_in;
    if (code == ISAL_INVALID_WRAPPER || code == ISAL_UNSUPPORTED_METHOD) {
      return Error(ErrorKind::kCorruption,
                   "{}: damaged gzip file: before byte {} there is no gzip header",
                   name(), at);
    }
    if (code == ISAL_INCORRECT_CHECKSUM) {
      return Error(ErrorKind::kCorruption,
                   "{}: damaged gzip file: the data that end before byte {} do not fit "
                   "their checksum",
                   name(), at);
    }
    return Error(ErrorKind::kCorruption,
                 "{}: damaged gzip file: the data before byte {} do not inflate", name(),
                 at);
  }

  const std::shared_ptr<ByteSource> file_;
  int64_t size_;
  std::mutex mutex_;
  const std::unique_ptr<inflate_state> state_ = std::make_unique<inflate_state>();
  std::vector<std::byte> input_;
  int64_t read_ = 0;      // of the file
  int64_t position_ = 0;  // in what it holds
};

std::shared_ptr<ByteSource> Borrow(ByteSource& file) {
  return {std::shared_ptr<void>(), &file};
}

}  // namespace

Result<bool> IsGzip(ByteSource& file) {
  std::array<std::byte, 4> head{};
  HOWDAH_ASSIGN_OR_RETURN(const int64_t read, file.ReadAt(0, head));
  constexpr std::byte kReservedFlags{0xe0};
  return read == 4 && head[0] == std::byte{0x1f} && head[1] == std::byte{0x8b} &&
         head[2] == std::byte{8} && (head[3] & kReservedFlags) == std::byte{0};
}

Result<std::shared_ptr<ByteSource>> OpenGzip(std::shared_ptr<ByteSource> file,
                                             std::optional<int64_t> size) {
  auto source = std::make_shared<GzipSource>(std::move(file), size.value_or(0));
  if (!size) HOWDAH_RETURN_IF_ERROR(source->Measure());
  return source;
}

Result<std::shared_ptr<ByteSource>> Uncompressed(std::shared_ptr<ByteSource> file,
                                                 std::optional<int64_t> size) {
  HOWDAH_ASSIGN_OR_RETURN(const bool gzip, IsGzip(*file));
  return gzip ? OpenGzip(std::move(file), size) : file;
}

Result<std::shared_ptr<ByteSource>> Uncompressed(ByteSource& file) {
  return Uncompressed(Borrow(file), std::nullopt);
}

}  // namespace howdah
