#include "base/crash_note.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

namespace howdah {
namespace {

constexpr size_t kMostBytes = 512;

struct Slot {
  std::atomic<size_t> size{0};
  std::array<char, kMostBytes> text{};
};

std::array<Slot, CrashNote::kSlots> slots;

}  // namespace

void CrashNote::Set(size_t slot, const std::string& text) {
  Slot& note = slots[slot];
  note.size.store(0, std::memory_order_release);
  const size_t size = std::min(text.size(), kMostBytes);
  std::memcpy(note.text.data(), text.data(), size);
  note.size.store(size, std::memory_order_release);
}

size_t CopyCrashNotes(char* out, size_t size) {
  constexpr char kAnd[] = " and ";
  size_t used = 0;
  const auto append = [&](const char* text, size_t length) {
    length = std::min(length, size - used);
    std::memcpy(out + used, text, length);
    used += length;
  };
  for (const Slot& note : slots) {
    const size_t length = note.size.load(std::memory_order_acquire);
    if (length == 0) continue;
    if (used > 0) append(kAnd, sizeof kAnd - 1);
    append(note.text.data(), length);
  }
  return used;
}

}  // namespace howdah
