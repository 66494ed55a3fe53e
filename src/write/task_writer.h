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
  std::shared_ptr<arrow::Schema> schema;
  EncoderOptions encoder;
  int64_t file_bytes = int64_t{256}
                       << 20;  ///< a file is closed once it holds about this much
  std::string directory;       ///< the attempt's own, exists
  /// Final name of the attempt's n-th file (Job::DataFileName).
  std::function<std::string(int64_t n)> data_file_name;
};

/// Writes the rows of one attempt as files in its directory: rolls them by bytes, commits
/// each to the file system, then reads its footer back and compares schema and rows with
/// what was written. Thread-confined. Order: Write*, then Finish; without Finish the
/// destructor aborts the open file.
///
/// Staged files are named so that no glob for data files matches them.
class TaskWriter {
 public:
  static Result<std::unique_ptr<TaskWriter>> Make(FileSystem& fs,
                                                  TaskWriterOptions options);
  virtual ~TaskWriter() = default;
  virtual Status Write(const arrow::RecordBatch& batch) = 0;
  /// Bytes of memory held in encoders' buffers.
  virtual int64_t BufferedBytes() const = 0;
  /// Close the last file. An attempt without rows yields one file with the schema and no
  /// rows. Corruption: a file does not read back as it was written.
  virtual Result<std::vector<FileRecord>> Finish() = 0;
};

}  // namespace howdah
