#include "pipeline/merge_files.h"

#include <arrow/compute/cast.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/environment.h"
#include "base/log.h"
#include "pipeline/file_limits.h"
#include "pipeline/landed_rows.h"
#include "pipeline/split_writing.h"
#include "pipeline/stored_as.h"
#include "types/row_hash.h"
#include "write/task_writer.h"

namespace howdah {
namespace {

/// `batch` with the types of `schema`: a file may know fewer types than the job.
Result<std::shared_ptr<arrow::RecordBatch>> WithTypes(
    const std::shared_ptr<arrow::Schema>& schema, const arrow::RecordBatch& batch) {
  arrow::ArrayVector columns;
  for (const auto& field : schema->fields()) {
    std::shared_ptr<arrow::Array> column = batch.GetColumnByName(field->name());
    if (column == nullptr) {
      return Error(ErrorKind::kCorruption, "it has no column '{}'", field->name());
    }
    if (!column->type()->Equals(*field->type())) {
      HOWDAH_ASSIGN_OR_RETURN(column, arrow::compute::Cast(*column, field->type()));
    }
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(schema, batch.num_rows(), std::move(columns));
}

/// Merges at once for which 'output.memory' has room.
int64_t MostWriters(const PreparedJob& prepared) {
  constexpr int64_t kLeast = int64_t{4} << 20;  // of an encoder and of a reader
  const int64_t each = kLeast + prepared.output_fs->PendingFileBytes();
  return std::clamp<int64_t>(prepared.spec.output.memory / 2 / each, 1,
                             prepared.runners());
}

/// Does the merges of one job, each in whichever thread comes to it.
class FileMerger {
 public:
  FileMerger(const PreparedJob& prepared, Job& job, StoredAs stored,
             std::shared_ptr<arrow::Schema> schema, std::vector<Merge> merges,
             std::stop_token stop, ScoreCounters& counters)
      : prepared_(prepared),
        job_(job),
        stored_(std::move(stored)),
        schema_(std::move(schema)),
        merges_(std::move(merges)),
        stop_(std::move(stop)),
        counters_(counters),
        workers_(std::min<int64_t>(MostWriters(prepared), std::ssize(merges_))) {}

  Status Run() {
    {
      std::vector<std::jthread> threads;
      for (int64_t i = 0; i < workers_; ++i) threads.emplace_back([this] { Work(); });
    }
    return first_error_;
  }

 private:
  void Work() {
    for (size_t i = next_++; i < merges_.size() && !failed_; i = next_++) {
      Status status = MergeOne(merges_[i]);
      if (status.ok()) continue;
      failed_ = true;
      // Where the job is over meanwhile, any error may come of that.
      const Status now = job_.MissingMerges().status();
      if (Is(now, ErrorKind::kCommitConflict)) status = now;
      std::lock_guard lock(mutex_);
      if (first_error_.ok()) first_error_ = status;
    }
  }

  Status MergeOne(const Merge& merge) {
    HOWDAH_ASSIGN_OR_RETURN(const Attempt attempt, job_.BeginAttempt(merge.task));
    MergeCommit commit;
    commit.task = merge.task;
    commit.attempt = attempt.id;
    commit.started_us = Environment::System().NowMicros();
    const Status written = Write(merge, attempt).Value(&commit.file);
    if (!written.ok()) {
      job_.DiscardAttempt(attempt);
      return written;
    }
    commit.file.partition = merge.sources.front().file.partition;
    for (const Merge::Source& source : merge.sources) {
      commit.sources.push_back(source.file.path);
    }
    commit.finished_us = Environment::System().NowMicros();
    HOWDAH_ASSIGN_OR_RETURN(const TaskOutcome outcome, job_.CommitMerge(merge, commit));
    if (outcome == TaskOutcome::kLost) {
      Log(LogLevel::kInfo, "merge {} was finished by another run first", merge.task);
    }
    return Status::OK();
  }

  Result<FileRecord> Write(const Merge& merge, const Attempt& attempt) {
    HOWDAH_ASSIGN_OR_RETURN(
        const auto writer,
        TaskWriter::Make(*prepared_.output_fs, WriterOptions(merge, attempt)));
    for (const Merge::Source& source : merge.sources) {
      const Status copied = Copy(source, *writer);
      if (copied.ok()) continue;
      if (!Is(copied, ErrorKind::kCorruption)) return copied;
      return Error(ErrorKind::kCorruption,
                   "'{}' cannot be merged: {}; somebody changed it: run again with "
                   "--restart",
                   source.staged, copied.message());
    }
    HOWDAH_ASSIGN_OR_RETURN(std::vector<FileRecord> files, writer->Finish());
    CountPeak(writer->TakePeakBytes());
    if (files.size() == 1) return std::move(files.front());
    return Error(ErrorKind::kInternal, "merge {} has made {} files", merge.task,
                 files.size());
  }

  TaskWriterOptions WriterOptions(const Merge& merge, const Attempt& attempt) const {
    TaskWriterOptions options;
    options.format = prepared_.format;
    options.schema = schema_;
    options.encoder = prepared_.encoder;
    options.encoder.row_group_bytes = RowGroupBytes(prepared_.spec);
    options.encoder.metadata = {{"howdah.job_id", job_.plan().job_id}};
    options.memory_bytes = prepared_.spec.output.memory / 2 / workers_;
    options.file_bytes = std::numeric_limits<int64_t>::max();  // one, however large
    options.directory = attempt.directory;
    const std::string& beside = merge.sources.front().file.path;
    const std::string directory = beside.substr(0, beside.rfind('/') + 1);
    const std::string extension =
        prepared_.format->extension(prepared_.encoder.compression);
    options.data_file_name = [this, directory, extension, task = merge.task](int64_t n) {
      return directory + job_.DataFileName(task, n, extension);
    };
    return options;
  }

  /// A writer has held so much; it counts as if all had at once.
  void CountPeak(int64_t bytes) {
    const int64_t most = bytes * workers_;
    int64_t peak = counters_.peak_memory;
    while (most > peak && !counters_.peak_memory.compare_exchange_weak(peak, most)) {
    }
  }

  /// Corruption: its rows are not those that were written.
  Status Copy(const Merge::Source& source, TaskWriter& writer) {
    HOWDAH_ASSIGN_OR_RETURN(auto file, prepared_.output_fs->OpenInput(source.staged));
    HOWDAH_ASSIGN_OR_RETURN(const auto reader,
                            ReadLandedRows(std::move(file), source.file.path, stored_));
    int64_t rows = 0;
    uint64_t row_hash = 0;
    for (;;) {
      if (stop_.stop_requested())
        return Error(ErrorKind::kCancelled, "the run is stopped");
      HOWDAH_ASSIGN_OR_RETURN(const auto batch, reader->Next());
      if (batch == nullptr) break;
      HOWDAH_ASSIGN_OR_RETURN(const uint64_t hash, HashRows(*batch));
      row_hash += hash;
      rows += batch->num_rows();
      HOWDAH_ASSIGN_OR_RETURN(const auto typed, WithTypes(schema_, *batch));
      HOWDAH_RETURN_IF_ERROR(writer.Write(*typed));
    }
    const bool same_rows = !source.file.row_hash || row_hash == *source.file.row_hash;
    if (rows == source.file.rows && same_rows) return Status::OK();
    return Error(ErrorKind::kCorruption, "its rows are not those that were written");
  }

  const PreparedJob& prepared_;
  Job& job_;
  const StoredAs stored_;
  const std::shared_ptr<arrow::Schema> schema_;  // of the files
  const std::vector<Merge> merges_;
  const std::stop_token stop_;
  ScoreCounters& counters_;
  const int64_t workers_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  Status first_error_;  // guarded by mutex_
};

}  // namespace

Status MergeSmallFiles(const PreparedJob& prepared, Job& job, const std::stop_token& stop,
                       ScoreCounters* counters) {
  HOWDAH_ASSIGN_OR_RETURN(std::vector<Merge> merges, job.MissingMerges());
  if (merges.empty()) return CheckFileCount(prepared, counters->files);
  int64_t sources = 0;
  for (const Merge& merge : merges) sources += std::ssize(merge.sources);
  counters->files += std::ssize(merges) - sources;
  HOWDAH_RETURN_IF_ERROR(CheckFileCount(prepared, counters->files));
  Log(LogLevel::kInfo, "merging {} small files into {}", sources, merges.size());
  HOWDAH_ASSIGN_OR_RETURN(StoredAs stored, StoredAsOf(job.plan()));
  HOWDAH_ASSIGN_OR_RETURN(auto schema,
                          FileSchema(*prepared.landing->schema(), prepared.partition_by));
  return FileMerger(prepared, job, std::move(stored), std::move(schema),
                    std::move(merges), stop, *counters)
      .Run();
}

}  // namespace howdah
