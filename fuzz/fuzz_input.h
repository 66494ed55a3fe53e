#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace howdah {

/// Takes values off the front of a fuzzer's bytes; zeros once there are no more.
class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  uint8_t Byte() {
    const std::string_view byte = Bytes(1);
    return byte.empty() ? uint8_t{0} : static_cast<uint8_t>(byte[0]);
  }
  bool Bool() { return (Byte() & 1) != 0; }
  /// One of 0, …, `most`, which is below 2^16.
  size_t UpTo(size_t most) { return (Byte() | size_t{Byte()} << 8) % (most + 1); }
  /// Little-endian.
  uint64_t Number() {
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 8) number |= uint64_t{Byte()} << shift;
    return number;
  }
  /// So many bytes, or as many as there are.
  std::string_view Bytes(size_t count) {
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(bytes.size());
    return bytes;
  }
  std::string_view Rest() { return Bytes(rest_.size()); }

 private:
  std::string_view rest_;
};

/// A property does not hold: `what` says which, and the program ends as for a crash.
[[noreturn]] inline void Broken(const std::string& what) {
  std::fwrite(what.data(), 1, what.size(), stderr);
  std::fputc('\n', stderr);
  __builtin_trap();
}

}  // namespace howdah
