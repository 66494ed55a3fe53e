#include "testing/explore/tree.h"

#include <functional>

namespace howdah {

uint64_t Mix(uint64_t hash, uint64_t value) {  // SplitMix64's finisher
  uint64_t z = hash * 0x9E3779B97F4A7C15u + value + 0x632BE59BD9B4E019u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

uint64_t Mix(uint64_t hash, std::string_view text) {
  return Mix(Mix(hash, text.size()), std::hash<std::string_view>()(text));
}

uint64_t HashTree(FileSystem& fs, const std::string& directory) {
  uint64_t hash = 1;
  const auto entries = fs.List(directory);
  if (!entries.ok()) return 0;
  for (const FileInfo& entry : *entries) {
    hash = Mix(hash, entry.name());
    if (entry.type == FileType::kDirectory) {
      hash = Mix(hash, HashTree(fs, entry.path));
    } else {
      hash = Mix(Mix(hash, static_cast<uint64_t>(entry.size)),
                 fs.Checksum(entry.path).ValueOr(0));
    }
  }
  return hash;
}

void CopyTree(FileSystem& from, FileSystem& to, const std::string& directory) {
  const auto entries = from.List(directory);
  if (!entries.ok()) return;
  for (const FileInfo& entry : *entries) {
    if (entry.type == FileType::kDirectory) {
      static_cast<void>(to.CreateDirectory(entry.path, entry.mode));
      CopyTree(from, to, entry.path);
    } else {
      const std::string text = ReadFile(from, entry.path).ValueOr("");
      static_cast<void>(WriteFile(to, entry.path, text, IfExists::kFail));
    }
  }
}

}  // namespace howdah
