#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "encode/encoder.h"
#include "storage/file_system.h"
#include "types/task_commit.h"

namespace howdah {

struct TaskWriterOptions {
  const Format* format = nullptr;
  std::shared_ptr<arrow::Schema> schema;  ///< of the batches, partition columns too
  EncoderOptions encoder;
  int64_t file_bytes = int64_t{256}
                       << 20;  ///< a file is closed once it holds about this much
  std::string directory;       ///< the attempt's own, exists
  /// Final name of the attempt's n-th file (Job::DataFileName).
  std::function<std::string(int64_t n)> data_file_name;

  /// Columns whose values name the directories of a row's file, outermost first; they are
  /// not written into the files.
  std::vector<std::string> partition_by;
  int64_t max_open_files = 64;  ///< at least 1; of partitions
  /// Buffers of all open files; above it the largest is closed, while there are several.
  int64_t memory_bytes = int64_t{512} << 20;
};

/// Writes the rows of one attempt as files in its directory: rolls them by bytes, commits
/// each to the file system, then reads its footer back and compares schema and rows with
/// what was written. Thread-confined. Order: Write*, then Finish; without Finish the
/// destructor aborts the open files.
///
/// With partition columns a file holds rows of one partition, and the same partition may
/// have several files, because its first was closed to keep within the limits: rows that
/// come sorted or clustered by partition make few.
///
/// Staged files are named so that no glob for data files matches them.
class TaskWriter {
 public:
  /// SchemaMismatch: the format cannot hold the schema; a partition column that is not in
  /// it, or of a type that is not an integer, bool, date or string; or no other column.
  static Result<std::unique_ptr<TaskWriter>> Make(FileSystem& fs,
                                                  TaskWriterOptions options);
  virtual ~TaskWriter() = default;
  /// InvalidInput: a value that cannot name a directory (says which, and the row in
  /// `batch`).
  virtual Status Write(const arrow::RecordBatch& batch) = 0;
  /// Bytes of memory held in encoders' buffers.
  virtual int64_t BufferedBytes() const = 0;
  /// Close the last files. An attempt without rows yields one file with the schema and no
  /// rows, or none with partition columns. Corruption: a file does not read back as it
  /// was written.
  virtual Result<std::vector<FileRecord>> Finish() = 0;
};

/// The schema of the files: `schema` without the columns `partition_by`. SchemaMismatch
/// as TaskWriter::Make.
Result<std::shared_ptr<arrow::Schema>> FileSchema(
    const arrow::Schema& schema, const std::vector<std::string>& partition_by);

}  // namespace howdah
