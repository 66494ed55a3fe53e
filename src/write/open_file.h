#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>

#include "write/partitioner.h"
#include "write/task_writer.h"

namespace howdah {

struct FileSchemas {
  std::shared_ptr<arrow::Schema> written;  ///< of the batches
  std::shared_ptr<arrow::Schema> stored;   ///< Format::StoredSchema of it
};

/// One file of an attempt, from its creation to its record. Thread-confined. Order:
/// Write and Flush, then Close; without it the destructor aborts the file.
class OpenFile {
 public:
  /// \param options, schemas  must outlive the file.
  /// \param number  of the file in its attempt, from 0.
  static Result<std::unique_ptr<OpenFile>> Create(FileSystem& fs,
                                                  const TaskWriterOptions& options,
                                                  const FileSchemas& schemas,
                                                  int64_t number,
                                                  const Partition& partition);
  OpenFile(FileSystem& fs, const TaskWriterOptions& options, const FileSchemas& schemas)
      : fs_(fs), options_(options), schemas_(schemas) {}

  Status Write(const arrow::RecordBatch& batch);
  /// Encoder::Flush.
  Status Flush() { return encoder_->Flush(); }
  bool IsFull() const { return encoder_->EstimatedBytes() >= options_.file_bytes; }
  /// Bytes of memory, with those in which a storage collects what it writes.
  int64_t BufferedBytes() const {
    constexpr int64_t kStorageBytes = int64_t{256} << 10;
    return encoder_->BufferedBytes() + kStorageBytes;
  }
  /// Commit the file, read its footer back and compare. Corruption: it is not what was
  /// written.
  Result<FileRecord> Close();

 private:
  Status CheckFile(const EncodedFile& encoded, const ClosedFile& closed);

  FileSystem& fs_;
  const TaskWriterOptions& options_;
  const FileSchemas& schemas_;
  std::string path_;
  FileRecord record_;
  uint64_t row_hash_ = 0;
  // The encoder writes into file_, so it is destroyed first.
  std::unique_ptr<PendingFile> file_;
  std::unique_ptr<Encoder> encoder_;
};

}  // namespace howdah
