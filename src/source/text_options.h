#pragma once

#include <cstdint>

namespace howdah {

/// How files of lines are cut.
struct TextSourceOptions {
  /// A unit, the least that a split can have, ends after the block in which it reaches
  /// this.
  int64_t unit_bytes = int64_t{8} << 20;
  /// What is parsed at once; a larger record is a block of its own.
  int64_t block_bytes = int64_t{4} << 20;
  /// A record beyond this is refused: it is parsed in memory.
  int64_t most_record_bytes = int64_t{256} << 20;
};

}  // namespace howdah
