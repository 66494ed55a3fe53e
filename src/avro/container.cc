#include "avro/container.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "avro/varint.h"

namespace howdah {
namespace {

constexpr int64_t kMostHeader = int64_t{64} << 20;

void AppendLong(int64_t value, std::string* out) {
  std::array<std::byte, kAvroLongRoom> bytes;
  const std::byte* end = PutAvroLong(value, bytes.data());
  out->append(reinterpret_cast<const char*>(bytes.data()),
              static_cast<size_t>(end - bytes.data()));
}

void AppendText(std::string_view text, std::string* out) {
  AppendLong(static_cast<int64_t>(text.size()), out);
  out->append(text);
}

/// Reads values of a header that may not be whole yet.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view bytes)
      : begin_(reinterpret_cast<const std::byte*>(bytes.data())),
        at_(begin_),
        end_(begin_ + bytes.size()) {}

  bool Long(int64_t* value) {
    const std::byte* next = GetAvroLong(at_, end_, value);
    if (next != nullptr) at_ = next;
    return next != nullptr;
  }
  bool Text(std::string_view* text) {
    int64_t bytes = 0;
    return Long(&bytes) && bytes >= 0 && Raw(bytes, text);
  }
  bool Raw(int64_t bytes, std::string_view* text) {
    if (bytes > end_ - at_) return false;
    *text = {reinterpret_cast<const char*>(at_), static_cast<size_t>(bytes)};
    at_ += bytes;
    return true;
  }
  int64_t offset() const { return at_ - begin_; }

 private:
  const std::byte* const begin_;
  const std::byte* at_;
  const std::byte* const end_;
};

void Take(std::string_view key, std::string_view value, ContainerHeader* header) {
  if (key == kAvroSchemaKey) {
    header->schema = value;
  } else if (key == kAvroCodecKey) {
    header->codec = value;
  } else {
    header->metadata.emplace_back(key, value);
  }
}

/// False when `bytes` does not hold a whole header.
bool Parse(std::string_view bytes, ContainerHeader* header) {
  *header = {};
  HeaderParser parser(bytes.substr(kAvroMagic.size()));
  for (;;) {  // the map's blocks: a count below 0 has the block's size behind it
    int64_t count = 0, size = 0;
    if (!parser.Long(&count)) return false;
    if (count == 0) break;
    if (count < 0 && !parser.Long(&size)) return false;
    // Without negating: the lowest number has no opposite.
    for (int64_t i = count; i != 0; i += count < 0 ? 1 : -1) {
      std::string_view key, value;
      if (!parser.Text(&key) || !parser.Text(&value)) return false;
      Take(key, value, header);
    }
  }
  std::string_view sync;
  if (!parser.Raw(static_cast<int64_t>(header->sync.size()), &sync)) return false;
  std::memcpy(header->sync.data(), sync.data(), sync.size());
  header->bytes = static_cast<int64_t>(kAvroMagic.size()) + parser.offset();
  return true;
}

}  // namespace

std::string SerializeHeader(const ContainerHeader& header) {
  std::string out(kAvroMagic);
  AppendLong(
      static_cast<int64_t>(header.metadata.size()) + (header.codec.empty() ? 1 : 2),
      &out);
  AppendText(kAvroSchemaKey, &out);
  AppendText(header.schema, &out);
  if (!header.codec.empty()) {
    AppendText(kAvroCodecKey, &out);
    AppendText(header.codec, &out);
  }
  for (const auto& [key, value] : header.metadata) {
    AppendText(key, &out);
    AppendText(value, &out);
  }
  AppendLong(0, &out);
  return out.append(reinterpret_cast<const char*>(header.sync.data()),
                    header.sync.size());
}

Result<ContainerHeader> ReadContainerHeader(ByteSource& file) {
  constexpr int64_t kFirst = int64_t{64} << 10;
  std::string bytes;
  for (int64_t take = kFirst;; take *= 4) {
    const int64_t most = std::min({take, file.size(), kMostHeader});
    bytes.resize(static_cast<size_t>(most));
    HOWDAH_ASSIGN_OR_RETURN(
        const int64_t read,
        file.ReadAt(0, std::as_writable_bytes(std::span(bytes.data(), bytes.size()))));
    bytes.resize(static_cast<size_t>(read));
    if (!bytes.starts_with(kAvroMagic)) {
      return Error(ErrorKind::kCorruption,
                   "{}: not an Avro file: it does not begin with 'Obj' and the number 1",
                   file.name());
    }
    ContainerHeader header;
    if (Parse(bytes, &header)) {
      if (!header.schema.empty()) return header;
      return Error(ErrorKind::kCorruption, "{}: the Avro header has no '{}'", file.name(),
                   kAvroSchemaKey);
    }
    if (read < most || most == file.size() || most == kMostHeader) {
      return Error(ErrorKind::kCorruption,
                   "{}: the Avro header is not whole in the first {} bytes", file.name(),
                   read);
    }
  }
}

Result<BlockPlace> ParseBlockHead(std::span<const std::byte> head, int64_t offset,
                                  int64_t file_bytes) {
  BlockPlace block;
  const std::byte* const end = head.data() + head.size();
  const std::byte* at = GetAvroLong(head.data(), end, &block.rows);
  if (at != nullptr) at = GetAvroLong(at, end, &block.bytes);
  if (at == nullptr) {
    return Error(ErrorKind::kCorruption, "its count and size are not numbers");
  }
  if (block.rows < 0 || block.bytes < 0) {
    return Error(ErrorKind::kCorruption, "it claims {} rows in {} bytes", block.rows,
                 block.bytes);
  }
  block.offset = offset + (at - head.data());
  const int64_t left = file_bytes - block.offset;
  if (left < static_cast<int64_t>(sizeof(SyncMarker)) ||
      block.bytes > left - static_cast<int64_t>(sizeof(SyncMarker))) {
    return Error(ErrorKind::kCorruption,
                 "it claims {} bytes and a marker where {} are left", block.bytes, left);
  }
  return block;
}

BlockWalk::BlockWalk(ByteSource& file, const ContainerHeader& header)
    : file_(file), sync_(header.sync), offset_(header.bytes) {}

Result<bool> BlockWalk::Next(BlockPlace* block) {
  if (offset_ == file_.size()) return false;
  const auto place = [&] {
    return fmt::format("{}: block {} at offset {}", file_.name(), blocks_, offset_);
  };
  if (blocks_ == 0) {
    HOWDAH_ASSIGN_OR_RETURN(const int64_t bytes, file_.ReadAt(offset_, head_));
    head_bytes_ = static_cast<size_t>(bytes);
  }
  const auto parsed =
      ParseBlockHead(std::span(head_).first(head_bytes_), offset_, file_.size());
  if (!parsed.ok()) return WithContext(parsed.status(), place());
  *block = *parsed;
  const int64_t end = block->offset + block->bytes;
  // One read brings the marker and the head of the next: in HDFS each one counts.
  std::array<std::byte, sizeof(SyncMarker) + kMostBlockHead> read;
  HOWDAH_ASSIGN_OR_RETURN(const int64_t bytes, file_.ReadAt(end, read));
  if (bytes < static_cast<int64_t>(sync_.size()) ||
      !std::equal(sync_.begin(), sync_.end(), read.begin())) {
    return Error(ErrorKind::kCorruption,
                 "{}: no marker behind its {} bytes; the file is damaged", place(),
                 block->bytes);
  }
  head_bytes_ = static_cast<size_t>(bytes) - sync_.size();
  std::copy_n(read.begin() + sync_.size(), head_bytes_, head_.begin());
  offset_ = end + static_cast<int64_t>(sync_.size());
  ++blocks_;
  return true;
}

}  // namespace howdah
