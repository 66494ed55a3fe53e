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
  /// Partitions that have a file open at a time, at least 1; fewer where memory_bytes has
  /// no room for them. Rows of others wait in `spill_directory`.
  int64_t max_open_files = 64;
  int64_t max_partitions = int64_t{1} << 31;  ///< of the attempt; more are an error
  /// Of all that is held, with FileSystem::PendingFileBytes for each open file: above it
  /// the largest row group goes to its file before it is as large as it was to be.
  int64_t memory_bytes = int64_t{512} << 20;
  std::string spill_directory;  ///< a local one; "": ScratchFile::DefaultDirectory
};

/// Writes the rows of one attempt as files in its directory: rolls them by bytes, commits
/// each to the file system, then reads its footer back and compares schema and rows with
/// what was written. Thread-confined. Order: Write*, then Finish; without Finish the
/// destructor aborts the open files.
///
/// With partition columns a file holds rows of one partition, in the order in which they
/// came, and a partition has as many files as its bytes ask for, however its rows are
/// spread over the batches.
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
  /// `batch`). ResourceExhausted: too many partitions; no room for the rows that wait on
  /// disk.
  virtual Status Write(const arrow::RecordBatch& batch) = 0;
  /// Bytes of memory held: rows that wait, and encoders' buffers.
  virtual int64_t BufferedBytes() const = 0;
  /// The most that BufferedBytes was since the last call, also inside of Write and
  /// Finish.
  virtual int64_t TakePeakBytes() = 0;
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
