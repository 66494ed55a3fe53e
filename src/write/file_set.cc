#include "write/file_set.h"

#include <arrow/record_batch.h>

#include <algorithm>

#include "types/array_bytes.h"

namespace howdah {
namespace {

/// Rows that are written between two looks at the size of a file: few beside it, where
/// they are long.
int64_t SliceRows(const arrow::RecordBatch& rows, int64_t file_bytes) {
  constexpr int64_t kLeast = 1024, kMost = 8192, kOfFile = 32;
  const int64_t row_bytes =
      ApproximateBytes(rows) / std::max<int64_t>(rows.num_rows(), 1);
  return std::clamp(file_bytes / kOfFile / std::max<int64_t>(row_bytes, 1), kLeast,
                    kMost);
}

}  // namespace

Status FileSet::Write(uint32_t id, const Partition& partition,
                      const arrow::RecordBatch& rows) {
  const int64_t slice = SliceRows(rows, options_.file_bytes);
  for (int64_t row = 0; row < rows.num_rows(); row += slice) {
    HOWDAH_ASSIGN_OR_RETURN(Entry* const entry, Find(id, partition));
    HOWDAH_RETURN_IF_ERROR(entry->file->Write(*rows.Slice(row, slice)));
    entry->has_new_rows = true;
    Account(entry);
    if (entry->file->IsFull()) HOWDAH_RETURN_IF_ERROR(Close(open_.find(id)));
    HOWDAH_RETURN_IF_ERROR(KeepWithinMemory());
  }
  return Status::OK();
}

Status FileSet::Open(uint32_t id, const Partition& partition) {
  return Find(id, partition).status();
}

Status FileSet::CloseAll() {
  while (!open_.empty()) HOWDAH_RETURN_IF_ERROR(Close(open_.begin()));
  return Status::OK();
}

Result<FileSet::Entry*> FileSet::Find(uint32_t id, const Partition& partition) {
  const auto found = open_.find(id);
  if (found != open_.end()) return &found->second;
  Entry entry;
  HOWDAH_ASSIGN_OR_RETURN(entry.file,
                          OpenFile::Create(fs_, options_, schemas_, begun_++, partition));
  Entry& added = open_.emplace(id, std::move(entry)).first->second;
  Account(&added);
  return &added;
}

void FileSet::Account(Entry* entry) {
  const int64_t now = entry->file == nullptr ? 0 : entry->file->BufferedBytes();
  buffered_ += now - std::exchange(entry->buffered, now);
  peak_ = std::max(peak_, buffered_);
}

Status FileSet::KeepWithinMemory() {
  while (buffered_ > memory_bytes_) {
    Entry* largest = nullptr;
    for (auto& [id, entry] : open_) {
      if (!entry.has_new_rows) continue;
      if (largest == nullptr || entry.buffered > largest->buffered) largest = &entry;
    }
    if (largest == nullptr) break;  // what is left is needed to have them open
    HOWDAH_RETURN_IF_ERROR(largest->file->Flush());
    largest->has_new_rows = false;
    Account(largest);
  }
  return Status::OK();
}

Status FileSet::Close(Entries::iterator entry) {
  const std::unique_ptr<OpenFile> file = std::move(entry->second.file);
  Account(&entry->second);
  open_.erase(entry);
  HOWDAH_ASSIGN_OR_RETURN(FileRecord record, file->Close());
  records_.push_back(std::move(record));
  return Status::OK();
}

}  // namespace howdah
