#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace howdah {

/// An input file as it was when the job was planned. Any later difference is refused.
struct InputFile {
  std::string url;  ///< as opened: with its scheme, or an absolute local path
  int64_t length = 0;
  int64_t mtime_us = 0;  ///< microseconds since 1970
};

/// A run of units of one file: [first_row_group, end_row_group). What a unit is, the
/// format says: a row group, a record batch, a run of lines.
struct SplitPart {
  int64_t file = 0;  ///< index into the plan's input files
  int64_t first_row_group = 0;
  int64_t end_row_group = 0;
  int64_t first_byte = 0;  ///< where the units lie, for formats without a footer; else 0
  int64_t end_byte = 0;
  int64_t first_row = 0;  ///< row offset inside the file
  int64_t rows = 0;  ///< rows that this part must yield, from the source's own metadata
};

/// A piece of the input that is read, scored and written as a unit.
struct Split {
  int64_t id = 0;  ///< 0-based, dense; the order of splits is the order of the input
  std::vector<SplitPart> parts;

  int64_t rows() const {
    int64_t sum = 0;
    for (const SplitPart& part : parts) sum += part.rows;
    return sum;
  }
};

/// "00042": how a split is written in paths.
std::string SplitName(int64_t id);

}  // namespace howdah
