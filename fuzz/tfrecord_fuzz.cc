// TFRecord inputs: any bytes are inspected and read, or refused; and so is any record,
// which no checksum protects here. What is inspected can be read.

#include "base/digest.h"
#include "source/tfrecord_source.h"
#include "source_fuzz.h"

namespace {

void Append(uint64_t value, size_t bytes, std::vector<uint8_t>* out) {
  for (size_t i = 0; i < bytes; ++i) out->push_back(static_cast<uint8_t>(value >> 8 * i));
}

uint32_t Masked(const uint8_t* data, size_t size) {
  const uint32_t crc = howdah::Crc32c(0, std::as_bytes(std::span(data, size)));
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

/// `data` cut at each 0xff, each piece a record.
std::vector<uint8_t> Records(const uint8_t* data, size_t size) {
  std::vector<uint8_t> file;
  for (const uint8_t *begin = data, *end = data + size;;) {
    const uint8_t* const cut = std::find(begin, end, uint8_t{0xff});
    const auto length = static_cast<size_t>(cut - begin);
    const size_t header = file.size();
    Append(length, 8, &file);
    Append(Masked(file.data() + header, 8), 4, &file);
    file.insert(file.end(), begin, cut);
    Append(Masked(begin, length), 4, &file);
    if (cut == end) return file;
    begin = cut + 1;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto format =
      howdah::MakeTfRecordSource({.unit_bytes = 64, .block_bytes = 64});
  howdah::InspectAndRead(*format, data, size);
  const std::vector<uint8_t> file = Records(data, size);
  if (!howdah::InspectAndRead(*format, file.data(), file.size())) __builtin_trap();
  return 0;
}
