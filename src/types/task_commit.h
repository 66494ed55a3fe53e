#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace howdah {

/// What is known of one column of one file without reading it again.
struct ColumnStats {
  std::string name;  ///< dotted path of the leaf, e.g. "probs.list.element"
  /// Of its pages; nullopt where columns have no bytes of their own: Avro, text.
  std::optional<int64_t> compressed_bytes, uncompressed_bytes;
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
  /// Sum mod 2^64 of the hashes of its rows (types/row_hash.h), taken when they were
  /// encoded.
  std::optional<uint64_t> row_hash;
  /// Column and value of each directory level of `path`; nullopt: null.
  std::vector<std::pair<std::string, std::optional<std::string>>> partition;
};

/// Values of one column that are not finite.
struct NonFiniteCount {
  std::string column;
  int64_t nan = 0, inf = 0;
};

/// A task's manifest: what one attempt at one split made. First committed wins.
struct TaskCommit {
  int64_t split = 0;
  std::string attempt;  ///< 16 hex digits
  int64_t input_rows = 0;
  int64_t rows_written = 0;
  int64_t rows_quarantined = 0;
  /// Sum mod 2^64 of the hashes of the kept columns of all rows written, taken as they
  /// were read; nullopt without kept columns.
  std::optional<uint64_t> key_hash;
  std::vector<FileRecord> files;
  /// The rows that were quarantined; their staged_path is relative to
  /// Job::QuarantineDirectory.
  std::vector<FileRecord> quarantine;
  std::vector<NonFiniteCount> non_finite;  ///< of the columns that have any, of any depth
  int64_t started_us = 0, finished_us = 0;  ///< microseconds since 1970
};

/// A merge's manifest: one file that lands in place of several small ones of its job.
/// First committed wins.
struct MergeCommit {
  int64_t task = 0;     ///< its number, counted on after the splits'
  std::string attempt;  ///< 16 hex digits
  /// FileRecord::path of the files that it replaces, in the order of their rows.
  std::vector<std::string> sources;
  FileRecord file;
  int64_t started_us = 0, finished_us = 0;  ///< microseconds since 1970
};

}  // namespace howdah
