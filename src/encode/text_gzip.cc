#include "encode/text_gzip.h"

#include <arrow/io/compressed.h>
#include <arrow/io/interfaces.h>
#include <arrow/util/compression.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/arrow_io.h"
#include "base/text.h"

namespace howdah {
namespace {

class PlainOutput final : public TextOutput {
 public:
  explicit PlainOutput(ByteSink* sink) : sink_(sink) {}
  Status Append(std::string_view text) override {
    if (text.empty()) return Status::OK();
    written_ += static_cast<int64_t>(text.size());
    return sink_->Append(std::as_bytes(std::span(text)));
  }
  Status Close() override { return Status::OK(); }
  int64_t EstimatedBytes(int64_t more) const override { return written_ + more; }
  int64_t BufferedBytes() const override { return 0; }

 private:
  ByteSink* const sink_;
  int64_t written_ = 0;
};

/// One member of RFC 1952, by ISA-L at its level 1.
class GzipOutput final : public TextOutput {
 public:
  explicit GzipOutput(ByteSink* sink)
      : sink_(sink),
        stream_(std::make_unique<isal_zstream>()),
        level_(ISAL_DEF_LVL1_DEFAULT) {
    isal_deflate_init(stream_.get());
    stream_->level = 1;
    stream_->level_buf = level_.data();
    stream_->level_buf_size = static_cast<uint32_t>(level_.size());
    stream_->gzip_flag = IGZIP_GZIP;
  }

  Status Append(std::string_view text) override {
    constexpr size_t kMost = std::numeric_limits<int32_t>::max();
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), kMost))) {
      HOWDAH_RETURN_IF_ERROR(Deflate(text.substr(0, kMost), false));
    }
    return Status::OK();
  }
  Status Close() override { return Deflate("", true); }

  int64_t EstimatedBytes(int64_t more) const override {
    if (text_ == 0) return more;
    // What is held is not in written_ yet: by the ratio so far.
    return written_ + static_cast<int64_t>(static_cast<double>(more) *
                                           static_cast<double>(written_) /
                                           static_cast<double>(text_));
  }
  int64_t BufferedBytes() const override {
    return static_cast<int64_t>(sizeof(isal_zstream) + level_.size() + out_.size());
  }

 private:
  Status Deflate(std::string_view text, bool is_end) {
    // ISA-L takes a pointer that is not const although it only reads.
    stream_->next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
    stream_->avail_in = static_cast<uint32_t>(text.size());
    stream_->end_of_stream = is_end ? 1 : 0;
    text_ += static_cast<int64_t>(text.size());
    do {
      stream_->next_out = out_.data();
      stream_->avail_out = static_cast<uint32_t>(out_.size());
      if (const int code = isal_deflate(stream_.get()); code != COMP_OK) {
        return Error(ErrorKind::kInternal, "deflate failed with {}", code);
      }
      const size_t made = out_.size() - stream_->avail_out;
      if (made == 0) continue;
      written_ += static_cast<int64_t>(made);
      HOWDAH_RETURN_IF_ERROR(sink_->Append(std::as_bytes(std::span(out_.data(), made))));
    } while (stream_->avail_out == 0 || stream_->avail_in > 0);
    return Status::OK();
  }

  ByteSink* const sink_;
  const std::unique_ptr<isal_zstream> stream_;  // 80 KiB
  std::vector<uint8_t> level_;
  std::array<uint8_t, 64 << 10> out_;
  int64_t text_ = 0, written_ = 0;
};

}  // namespace

const std::vector<std::string>& TextCompressions() {
  static const std::vector<std::string> compressions = {"none", "gzip"};
  return compressions;
}

std::string TextCompressionExtension(const std::string& compression) {
  return compression == "gzip" ? ".gz" : "";
}

Result<std::unique_ptr<TextOutput>> MakeTextOutput(ByteSink* sink,
                                                   const std::string& compression) {
  if (compression == "none") return std::make_unique<PlainOutput>(sink);
  if (compression == "gzip") return std::make_unique<GzipOutput>(sink);
  return Error(ErrorKind::kInvalidInput, "text has no compression '{}'; there is {}",
               compression, QuotedList(TextCompressions()));
}

Result<std::shared_ptr<arrow::io::InputStream>> OpenTextInput(
    ByteSource& file, const std::string& compression) {
  std::shared_ptr<arrow::io::InputStream> raw = AsArrowFile(file);
  if (compression != "gzip") return raw;
  HOWDAH_ASSIGN_OR_RETURN(std::shared_ptr<arrow::util::Codec> codec,
                          arrow::util::Codec::Create(arrow::Compression::GZIP));
  HOWDAH_ASSIGN_OR_RETURN(std::shared_ptr<arrow::io::InputStream> text,
                          arrow::io::CompressedInputStream::Make(codec.get(), raw));
  return text;
}

}  // namespace howdah
