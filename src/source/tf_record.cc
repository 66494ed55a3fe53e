#include "source/tf_record.h"

#include <array>
#include <bit>
#include <cstring>

#include "base/digest.h"
#include "base/units.h"

namespace howdah {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr int64_t kLengthBytes = sizeof(uint64_t);
constexpr int64_t kCrcBytes = sizeof(uint32_t);
constexpr int64_t kHeaderBytes = kLengthBytes + kCrcBytes;
constexpr int64_t kMostDataBytes = int64_t{256} << 20;
// A file of small records is not read in pieces when only headers count.
constexpr int64_t kHeadersAtOnce = 4096;
constexpr int64_t kDataAtOnce = int64_t{1} << 20;

template <typename T>
T Load(std::span<const std::byte> bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

bool Fits(std::span<const std::byte> bytes, std::span<const std::byte> stored) {
  constexpr uint32_t kMaskDelta = 0xa282ead8;
  return std::rotr(Crc32c(0, bytes), 15) + kMaskDelta == Load<uint32_t>(stored);
}

}  // namespace

TfRecordReader::TfRecordReader(ByteSource& file, int64_t first_byte, int64_t end_byte,
                               bool want_data)
    : file_(file),
      want_data_(want_data),
      bytes_(file, first_byte, end_byte, want_data ? kDataAtOnce : kHeadersAtOnce) {}

Result<TfRecord> TfRecordReader::Next() {
  TfRecord record{.first_byte = bytes_.offset()};
  if (bytes_.left() == 0) return record;
  const auto cut = [&](int64_t bytes) {
    return Error(
        ErrorKind::kCorruption,
        "{}: cut TFRecord file: the record at byte {} has {} bytes, the file has "
        "{} more",
        file_.name(), record.first_byte, bytes, bytes_.left());
  };
  if (bytes_.left() < kHeaderBytes) return cut(kHeaderBytes);
  HOWDAH_ASSIGN_OR_RETURN(const auto header, bytes_.Peek(kHeaderBytes));
  const auto length_bytes = header.first(kLengthBytes);
  if (!Fits(length_bytes, header.subspan(kLengthBytes))) {
    return Error(ErrorKind::kCorruption,
                 "{}: the length of the record at byte {} does not fit its checksum: {}",
                 file_.name(), record.first_byte,
                 record.first_byte == 0 ? "not a TFRecord file, or a damaged one"
                                        : "the file is damaged");
  }
  const auto length = Load<uint64_t>(length_bytes);
  if (length > uint64_t{kMostDataBytes}) {
    return Error(ErrorKind::kResourceExhausted,
                 "{}: the record at byte {} has {} bytes, the most is {}", file_.name(),
                 record.first_byte, length, FormatByteSize(kMostDataBytes));
  }
  const int64_t bytes = kHeaderBytes + static_cast<int64_t>(length) + kCrcBytes;
  if (bytes_.left() < bytes) return cut(bytes);
  record.end_byte = record.first_byte + bytes;
  if (!want_data_) {
    bytes_.Skip(bytes);
    return record;
  }
  HOWDAH_ASSIGN_OR_RETURN(const auto all, bytes_.Take(bytes));
  const auto data = all.subspan(kHeaderBytes, static_cast<size_t>(length));
  if (!Fits(data, all.last(kCrcBytes))) {
    return Error(ErrorKind::kCorruption,
                 "{}: the data of the record at byte {} do not fit their checksum: the "
                 "file is damaged",
                 file_.name(), record.first_byte);
  }
  record.data = {reinterpret_cast<const char*>(data.data()), data.size()};
  return record;
}

Result<bool> BeginsWithTfRecord(ByteSource& file) {
  std::array<std::byte, kHeaderBytes> header{};
  HOWDAH_ASSIGN_OR_RETURN(const int64_t read, file.ReadAt(0, header));
  const std::span<const std::byte> all = header;
  return read == kHeaderBytes && Fits(all.first(kLengthBytes), all.subspan(kLengthBytes));
}

}  // namespace howdah
