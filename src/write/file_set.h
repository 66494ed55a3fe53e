#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "write/open_file.h"
#include "write/partitioner.h"
#include "write/task_writer.h"

namespace howdah {

/// The files of an attempt that are open, one of each partition at most: rolls them by
/// bytes, and keeps what they hold together within a budget, by giving the largest row
/// group to its file before it is as large as it was to be. Thread-confined.
class FileSet {
 public:
  /// \param options  must outlive the set.
  /// \param memory_bytes  of all open files.
  FileSet(FileSystem& fs, const TaskWriterOptions& options, FileSchemas schemas,
          int64_t memory_bytes)
      : fs_(fs),
        options_(options),
        schemas_(std::move(schemas)),
        memory_bytes_(memory_bytes) {}

  /// \param id  of the partition; the caller bounds how many are open.
  Status Write(uint32_t id, const Partition& partition, const arrow::RecordBatch& rows);
  /// Have a file open, also where there are no rows for it.
  Status Open(uint32_t id, const Partition& partition);
  Status CloseAll();

  int64_t BufferedBytes() const { return buffered_; }
  /// The most that was held since the last call.
  int64_t TakePeakBytes() { return std::exchange(peak_, buffered_); }
  /// Files begun so far.
  int64_t begun() const { return begun_; }
  /// Of the files that are closed.
  std::vector<FileRecord> TakeRecords() { return std::move(records_); }

 private:
  struct Entry {
    std::unique_ptr<OpenFile> file;
    int64_t buffered = 0;       // as counted in buffered_
    bool has_new_rows = false;  // since it was flushed
  };
  using Entries = std::map<uint32_t, Entry>;

  Result<Entry*> Find(uint32_t id, const Partition& partition);
  void Account(Entry* entry);
  Status KeepWithinMemory();
  Status Close(Entries::iterator entry);

  FileSystem& fs_;
  const TaskWriterOptions& options_;
  const FileSchemas schemas_;
  const int64_t memory_bytes_;
  Entries open_;
  int64_t buffered_ = 0, peak_ = 0;
  int64_t begun_ = 0;
  std::vector<FileRecord> records_;
};

}  // namespace howdah
