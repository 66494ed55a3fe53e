#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "commit/job.h"
#include "pipeline/prepare.h"
#include "write/task_writer.h"

namespace howdah {

/// Encoded bytes at which a job's row groups are cut.
int64_t RowGroupBytes(const JobSpec& spec);

/// An attempt at one split, from its directory to its commit. Thread-confined, but may
/// move between threads.
class SplitWriter {
 public:
  /// `prepared` and `job` must outlive the writer. `share`: of how many writers that are
  /// open at once this is one, for the budget of memory.
  static Result<std::unique_ptr<SplitWriter>> Begin(const PreparedJob& prepared, Job& job,
                                                    int64_t split, int64_t share);
  /// Discards the attempt unless Commit was called.
  ~SplitWriter();

  /// \param key_hash  of the kept columns as they came from the input.
  Status Write(const arrow::RecordBatch& batch, uint64_t key_hash);
  /// Put `rows`, of QuarantineSchema, where rows are that do not land.
  Status Quarantine(const arrow::RecordBatch& rows);
  /// Values written that are not finite, by field of the landing's schema.
  void Count(const std::vector<NonFinite>& non_finite);
  /// Leave what was quarantined where people can read it, when the attempt is discarded.
  void KeepQuarantine() noexcept;
  /// Finish the files and hand them in. \return what was handed in; also if another
  /// run's attempt was first.
  Result<TaskCommit> Commit();

  int64_t BufferedBytes() const {
    return writer_->BufferedBytes() + (quarantine_ ? quarantine_->BufferedBytes() : 0);
  }
  /// TaskWriter::TakePeakBytes; also after Commit.
  int64_t TakePeakBytes() {
    return writer_->TakePeakBytes() + (quarantine_ ? quarantine_->BufferedBytes() : 0);
  }

 private:
  SplitWriter(const PreparedJob& prepared, Job& job, Attempt attempt);

  const PreparedJob& prepared_;
  Job& job_;
  const Attempt attempt_;
  TaskCommit commit_;
  std::vector<NonFinite> non_finite_;
  std::unique_ptr<TaskWriter> writer_;
  std::unique_ptr<TaskWriter> quarantine_;  // nullptr: no bad row so far
  Job::Quarantined quarantined_ = Job::Quarantined::kRemove;
  bool handed_in_ = false;
};

}  // namespace howdah
