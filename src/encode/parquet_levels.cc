#include "encode/parquet_levels.h"

#include <algorithm>

#include "base/varint.h"

namespace howdah {
namespace {

constexpr int64_t kGroup = 8;  // levels of one bit that share a byte

/// A run of `count` equal levels.
void AppendRun(int64_t count, char level, std::string* out) {
  AppendVarint(static_cast<uint64_t>(count) << 1, out);
  out->push_back(level);
}

void AppendLength(size_t bytes, std::string* out) {
  for (int shift = 0; shift < 32; shift += 8) {
    out->push_back(static_cast<char>(bytes >> shift));
  }
}

/// Levels of one bit, packed; all are 1 until they are cleared.
class PackedOnes {
 public:
  explicit PackedOnes(int64_t count)
      : groups_((count + kGroup - 1) / kGroup),
        bits_(static_cast<size_t>(groups_), '\xff') {}

  void Clear(int64_t i) {
    char& byte = bits_[static_cast<size_t>(i / kGroup)];
    byte = static_cast<char>(byte & ~(1 << (i % kGroup)));
  }
  std::string Run() const {
    std::string run;
    AppendVarint((static_cast<uint64_t>(groups_) << 1) | 1, &run);
    return run + bits_;
  }

 private:
  int64_t groups_;
  std::string bits_;
};

std::string Join(const std::string& repetition, const std::string& definition) {
  std::string levels;
  AppendLength(repetition.size(), &levels);
  levels += repetition;
  AppendLength(definition.size(), &levels);
  levels += definition;
  return levels;
}

/// Each list begins at level 0; what follows in it is at 1.
std::string EqualRepetitionLevels(int64_t lists, int64_t length) {
  // Of longer lists a packed byte and a run of ones takes less room than packed bits.
  constexpr int64_t kMostPacked = 40;
  if (length > kMostPacked) {
    std::string list;
    list.push_back('\x03');  // one group of packed levels,
    list.push_back('\xfe');  // the first of which is 0
    AppendRun(length - kGroup, 1, &list);
    std::string levels;
    levels.reserve(list.size() * static_cast<size_t>(lists));
    for (int64_t i = 0; i < lists; ++i) levels += list;
    return levels;
  }
  PackedOnes levels(lists * length);
  for (int64_t i = 0; i < lists; ++i) levels.Clear(i * length);
  return levels.Run();
}

}  // namespace

std::string EqualListLevels(int64_t lists, int64_t length) {
  std::string present;
  AppendRun(lists * length, 1, &present);
  return Join(EqualRepetitionLevels(lists, length), present);
}

std::string ListLevels(std::span<const int32_t> lengths) {
  int64_t count = 0;
  for (const int32_t length : lengths) count += std::max(length, 1);
  PackedOnes repetition(count), definition(count);
  int64_t place = 0;
  for (const int32_t length : lengths) {
    repetition.Clear(place);
    if (length == 0) definition.Clear(place);
    place += std::max(length, 1);
  }
  return Join(repetition.Run(), definition.Run());
}

}  // namespace howdah
