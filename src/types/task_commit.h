#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace howdah {

/// What is known of one column of one file without reading it again.
struct ColumnStats {
  std::string name;  ///< dotted path of the leaf, e.g. "probs.list.element"
  int64_t compressed_bytes = 0;
  int64_t uncompressed_bytes = 0;
  std::optional<int64_t> null_count;
};

/// One data file, as its writer saw it.
struct FileRecord {
  std::string staged_path;  ///< relative to the attempt's directory
  std::string path;         ///< relative to the dataset's directory
  int64_t bytes = 0;
  int64_t rows = 0;
  int64_t row_groups = 0;
  uint32_t crc32c = 0;  ///< of all bytes handed to the file system
  std::vector<ColumnStats> columns;
};

/// A task's manifest: what one attempt at one split made. First committed wins.
struct TaskCommit {
  int64_t split = 0;
  std::string attempt;  ///< 16 hex digits
  int64_t input_rows = 0;
  int64_t rows_written = 0;
  int64_t rows_quarantined = 0;
  std::vector<FileRecord> files;
  int64_t started_us = 0, finished_us = 0;  ///< microseconds since 1970
};

}  // namespace howdah
