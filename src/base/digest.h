#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace howdah {

/// CRC-32C (Castagnoli), as HDFS and Parquet's rivals use it; start with 0 and chain.
uint32_t Crc32c(uint32_t crc, std::span<const std::byte> bytes);

/// CRC-32 of gzip and Parquet's pages (IEEE 802.3, reflected); start with 0 and chain.
uint32_t Crc32(uint32_t crc, std::span<const std::byte> bytes);

/// SHA-256 of what was given to Update. Thread-confined.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void Update(std::span<const std::byte> bytes);
  void Update(std::string_view text);
  /// 64 lower-case hex digits; the object must not be used afterwards.
  std::string FinishHex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of `text` in hex.
std::string Sha256Hex(std::string_view text);

}  // namespace howdah
