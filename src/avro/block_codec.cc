#include "avro/block_codec.h"

#include <arrow/buffer.h>
#include <arrow/util/compression.h>

#include <algorithm>
#include <array>
#include <utility>

#include "avro/deflate.h"
#include "avro/scratch.h"
#include "base/digest.h"
#include "base/snappy_literals.h"
#include "base/varint.h"

namespace howdah {
namespace {

using CodecPtr = std::unique_ptr<arrow::util::Codec>;
using Crc = std::array<std::byte, 4>;

constexpr std::array kCodecs = {AvroCodec::kNull, AvroCodec::kDeflate, AvroCodec::kSnappy,
                                AvroCodec::kZstandard};

const uint8_t* Bytes(std::span<const std::byte> bytes) {
  return reinterpret_cast<const uint8_t*>(bytes.data());
}

/// Snappy's frame in Avro: the CRC of the uncompressed bytes, the highest byte first.
Crc BigEndianCrc(std::span<const std::byte> block) {
  const uint32_t crc = Crc32(0, block);
  return {static_cast<std::byte>(crc >> 24), static_cast<std::byte>(crc >> 16),
          static_cast<std::byte>(crc >> 8), static_cast<std::byte>(crc)};
}

// -- null ------------------------------------------------------------------------------

class StoreAsIs final : public BlockCompressor {
 public:
  Result<StoredBlock> Compress(std::span<const std::byte> block) override {
    return StoredBlock{.pieces = {block}, .bytes = static_cast<int64_t>(block.size())};
  }
};

class TakeAsIs final : public BlockDecompressor {
 public:
  Result<std::span<const std::byte>> Decompress(std::span<const std::byte> stored,
                                                int64_t most) override {
    if (static_cast<int64_t>(stored.size()) > most) {
      return Error(ErrorKind::kCorruption, "it has more than {} bytes", most);
    }
    return stored;
  }
};

// -- snappy ----------------------------------------------------------------------------

/// Predictions are numbers that do not compress: a block of which a sample does not
/// become smaller is stored as literals, straight from where it lies.
class Snappy final : public BlockCompressor {
 public:
  Snappy(CodecPtr codec, arrow::MemoryPool* pool)
      : codec_(std::move(codec)), out_(pool) {}

  Result<StoredBlock> Compress(std::span<const std::byte> block) override {
    crc_ = BigEndianCrc(block);
    // From the middle, where a block has the fewest rows of another kind. Snappy itself
    // looks back 64 KiB at most.
    const auto sample =
        block.subspan((block.size() - std::min(block.size(), kSample)) / 2,
                      std::min(block.size(), kSample));
    HOWDAH_ASSIGN_OR_RETURN(int64_t bytes, CompressTo(sample));
    if (sample.size() == block.size()) return Whole(bytes);
    const auto sampled = static_cast<int64_t>(sample.size());
    if (bytes > sampled - sampled / kWorthwhile) return Literals(block);
    HOWDAH_ASSIGN_OR_RETURN(bytes, CompressTo(block));
    return Whole(bytes);
  }

 private:
  static constexpr size_t kSample = size_t{32} << 10;
  static constexpr int64_t kWorthwhile = 12;  // a twelfth; it costs five times the CPU

  Result<int64_t> CompressTo(std::span<const std::byte> bytes) {
    const auto size = static_cast<int64_t>(bytes.size());
    const int64_t most = codec_->MaxCompressedLen(size, Bytes(bytes));
    HOWDAH_RETURN_IF_ERROR(out_.Reserve(most));
    return codec_->Compress(size, Bytes(bytes), most,
                            reinterpret_cast<uint8_t*>(out_.data()));
  }

  StoredBlock Whole(int64_t bytes) {
    return {.pieces = {out_.First(bytes), crc_},
            .bytes = bytes + static_cast<int64_t>(crc_.size())};
  }

  StoredBlock Literals(std::span<const std::byte> block) {
    length_.clear();
    AppendVarint(block.size(), &length_);
    const size_t literals = (block.size() + kMostLiteral - 1) / kMostLiteral;
    tags_.resize(literals);
    StoredBlock stored;
    const auto add = [&stored](std::span<const std::byte> piece) {
      stored.pieces.push_back(piece);
      stored.bytes += static_cast<int64_t>(piece.size());
    };
    add(std::as_bytes(std::span(length_.data(), length_.size())));
    for (size_t i = 0; i < literals; ++i) {
      const auto literal =
          block.subspan(i * kMostLiteral,
                        std::min<size_t>(kMostLiteral, block.size() - i * kMostLiteral));
      PutLiteralTag(static_cast<int64_t>(literal.size()), tags_[i].data());
      add(tags_[i]);
      add(literal);
    }
    add(crc_);
    return stored;
  }

  const CodecPtr codec_;
  Scratch out_;
  Crc crc_{};
  std::string length_;
  std::vector<std::array<std::byte, kLiteralTagBytes>> tags_;
};

class Unsnappy final : public BlockDecompressor {
 public:
  Unsnappy(CodecPtr codec, arrow::MemoryPool* pool)
      : codec_(std::move(codec)), out_(pool) {}

  Result<std::span<const std::byte>> Decompress(std::span<const std::byte> stored,
                                                int64_t most) override {
    if (stored.size() < sizeof(Crc)) {
      return Error(ErrorKind::kCorruption,
                   "{} bytes, which have no room for snappy's CRC", stored.size());
    }
    const auto stream = stored.first(stored.size() - sizeof(Crc));
    HOWDAH_ASSIGN_OR_RETURN(const int64_t bytes, Claimed(stream, most));
    HOWDAH_RETURN_IF_ERROR(out_.Reserve(bytes));
    const auto done =
        codec_->Decompress(static_cast<int64_t>(stream.size()), Bytes(stream), bytes,
                           reinterpret_cast<uint8_t*>(out_.data()));
    if (!done.ok() || *done != bytes) {
      return Error(ErrorKind::kCorruption, "bytes that are not snappy's");
    }
    const auto block = out_.First(bytes);
    if (const Crc crc = BigEndianCrc(block);
        !std::equal(crc.begin(), crc.end(), stored.last(sizeof crc).begin())) {
      return Error(ErrorKind::kCorruption, "the CRC-32 of its bytes is another one");
    }
    return block;
  }

 private:
  /// The length that a stream says it comes to, when that is possible.
  static Result<int64_t> Claimed(std::span<const std::byte> stream, int64_t most) {
    uint64_t length = 0;
    size_t i = 0;
    for (; i < stream.size() && i < 5; ++i) {
      length |= (static_cast<uint64_t>(stream[i]) & 0x7f) << (7 * i);
      if (stream[i] < std::byte{0x80}) break;
    }
    // Three bytes make 64 at most.
    constexpr uint64_t kMostGrowth = 22;
    if (i == stream.size() || i == 5 || length > stream.size() * kMostGrowth) {
      return Error(ErrorKind::kCorruption, "bytes that are not snappy's");
    }
    if (length > static_cast<uint64_t>(most)) {
      return Error(ErrorKind::kCorruption, "it decompresses to more than {} bytes", most);
    }
    return static_cast<int64_t>(length);
  }

  const CodecPtr codec_;
  Scratch out_;
};

// -- zstandard -------------------------------------------------------------------------

class Zstandard final : public BlockCompressor {
 public:
  Zstandard(CodecPtr codec, arrow::MemoryPool* pool)
      : codec_(std::move(codec)), out_(pool) {}

  Result<StoredBlock> Compress(std::span<const std::byte> block) override {
    const auto size = static_cast<int64_t>(block.size());
    const int64_t most = codec_->MaxCompressedLen(size, Bytes(block));
    HOWDAH_RETURN_IF_ERROR(out_.Reserve(most));
    HOWDAH_ASSIGN_OR_RETURN(const int64_t bytes,
                            codec_->Compress(size, Bytes(block), most,
                                             reinterpret_cast<uint8_t*>(out_.data())));
    return StoredBlock{.pieces = {out_.First(bytes)}, .bytes = bytes};
  }

 private:
  const CodecPtr codec_;
  Scratch out_;
};

/// As a stream: frames written by streams do not say how long they become.
class Unzstandard final : public BlockDecompressor {
 public:
  Unzstandard(CodecPtr codec, arrow::MemoryPool* pool)
      : codec_(std::move(codec)), out_(pool) {}

  Result<std::span<const std::byte>> Decompress(std::span<const std::byte> stored,
                                                int64_t most) override {
    HOWDAH_ASSIGN_OR_RETURN(const auto stream, codec_->MakeDecompressor());
    int64_t filled = 0;
    // A frame that has filled all there is to fill may have its end to come.
    while (!stored.empty() || !stream->IsFinished()) {
      if (stream->IsFinished() && filled > 0) HOWDAH_RETURN_IF_ERROR(stream->Reset());
      HOWDAH_RETURN_IF_ERROR(out_.Grow(filled, most));
      const int64_t room = out_.size() - filled;
      const auto step =
          stream->Decompress(static_cast<int64_t>(stored.size()), Bytes(stored), room,
                             reinterpret_cast<uint8_t*>(out_.data() + filled));
      if (!step.ok()) {
        return Error(ErrorKind::kCorruption, "bytes that are not zstandard's");
      }
      stored = stored.subspan(static_cast<size_t>(step->bytes_read));
      filled += step->bytes_written;
      const bool stuck = step->bytes_read == 0 && step->bytes_written == 0;
      if (!stream->IsFinished() && (stuck || (stored.empty() && filled < out_.size()))) {
        return Error(ErrorKind::kCorruption, "zstandard that ends too early");
      }
    }
    return out_.First(filled);
  }

 private:
  const CodecPtr codec_;
  Scratch out_;
};

}  // namespace

std::string_view Name(AvroCodec codec) {
  switch (codec) {
    case AvroCodec::kNull:
      return "null";
    case AvroCodec::kDeflate:
      return "deflate";
    case AvroCodec::kSnappy:
      return "snappy";
    case AvroCodec::kZstandard:
      return "zstandard";
  }
  return "";
}

Result<AvroCodec> AvroCodecNamed(std::string_view name) {
  if (name.empty()) return AvroCodec::kNull;
  for (const AvroCodec codec : kCodecs) {
    if (Name(codec) == name) return codec;
  }
  return Error(ErrorKind::kUnsupported,
               "Avro's codec '{}'; known are null, deflate, snappy, zstandard", name);
}

Result<std::unique_ptr<BlockCompressor>> MakeBlockCompressor(AvroCodec codec,
                                                             arrow::MemoryPool* pool) {
  using arrow::util::Codec;
  switch (codec) {
    case AvroCodec::kNull:
      return std::make_unique<StoreAsIs>();
    case AvroCodec::kDeflate:
      return MakeDeflate(pool);
    case AvroCodec::kSnappy: {
      HOWDAH_ASSIGN_OR_RETURN(CodecPtr snappy, Codec::Create(arrow::Compression::SNAPPY));
      return std::make_unique<Snappy>(std::move(snappy), pool);
    }
    case AvroCodec::kZstandard: {
      HOWDAH_ASSIGN_OR_RETURN(CodecPtr zstd, Codec::Create(arrow::Compression::ZSTD));
      return std::make_unique<Zstandard>(std::move(zstd), pool);
    }
  }
  return Error(ErrorKind::kInternal, "a codec without a name");
}

Result<std::unique_ptr<BlockDecompressor>> MakeBlockDecompressor(
    AvroCodec codec, arrow::MemoryPool* pool) {
  using arrow::util::Codec;
  switch (codec) {
    case AvroCodec::kNull:
      return std::make_unique<TakeAsIs>();
    case AvroCodec::kDeflate:
      return MakeInflate(pool);
    case AvroCodec::kSnappy: {
      HOWDAH_ASSIGN_OR_RETURN(CodecPtr snappy, Codec::Create(arrow::Compression::SNAPPY));
      return std::make_unique<Unsnappy>(std::move(snappy), pool);
    }
    case AvroCodec::kZstandard: {
      HOWDAH_ASSIGN_OR_RETURN(CodecPtr zstd, Codec::Create(arrow::Compression::ZSTD));
      return std::make_unique<Unzstandard>(std::move(zstd), pool);
    }
  }
  return Error(ErrorKind::kInternal, "a codec without a name");
}

}  // namespace howdah
