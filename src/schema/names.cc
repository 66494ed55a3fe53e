#include "schema/names.h"

#include <cstddef>
#include <cstdint>

namespace howdah {
namespace {

constexpr size_t kLongestName = 128;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Bytes of the code point at the start of `text`, which is not empty; 1 for a byte that
/// begins none. Source: The Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte
/// Sequences".
size_t CodePointLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  size_t length = 1;
  uint8_t least = 0x80, most = 0xBF;  // of the second byte
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) least = 0xA0;  // shorter forms exist
    if (lead == 0xED) most = 0x9F;   // surrogates
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) least = 0x90;
    if (lead == 0xF4) most = 0x8F;  // above U+10FFFF
  }
  if (length == 1) return 1;
  if (text.size() < length || byte(1) < least || byte(1) > most) return 1;
  for (size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 1;
  }
  return length;
}

}  // namespace

std::string LegalName(std::string_view name) {
  if (name.empty()) return "_";
  std::string legal;
  if (IsDigit(name.front())) legal += '_';
  while (!name.empty() && legal.size() < kLongestName) {
    const char c = name.front();
    if (c >= 'A' && c <= 'Z') {
      legal += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || IsDigit(c)) {
      legal += c;
    } else {
      legal += '_';
    }
    name.remove_prefix(CodePointLength(name));
  }
  return legal;
}

}  // namespace howdah
