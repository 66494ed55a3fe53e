#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "source/source.h"
#include "source/text_options.h"

namespace howdah {

/// What SourceFileInfo::undivided says of a gzip file.
inline constexpr char kGzipUndivided[] = "gzip cannot be begun in its middle";

/// The least that a unit of `file` has, which `stored` holds: a gzip file is one unit.
inline int64_t UnitBytes(const ByteSource& stored, const ByteSource& file,
                         const TextSourceOptions& options) {
  return &file == &stored ? options.unit_bytes : std::numeric_limits<int64_t>::max();
}

/// Gathers the blocks of a text file into units of at least `unit_bytes`, but the last.
class TextUnits {
 public:
  explicit TextUnits(int64_t unit_bytes) : unit_bytes_(unit_bytes) {}

  void Add(int64_t rows, int64_t first_byte, int64_t end_byte) {
    if (units_.empty() || units_.back().bytes >= unit_bytes_) {
      units_.push_back({.first_byte = first_byte});
    }
    SourceUnit& unit = units_.back();
    unit.rows += rows;
    unit.end_byte = end_byte;
    unit.bytes = end_byte - unit.first_byte;
  }

  std::vector<SourceUnit> Take() { return std::move(units_); }

 private:
  const int64_t unit_bytes_;
  std::vector<SourceUnit> units_;
};

}  // namespace howdah
