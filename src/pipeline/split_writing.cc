#include "pipeline/split_writing.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "base/environment.h"
#include "base/log.h"
#include "pipeline/quarantine.h"

namespace howdah {
namespace {

TaskWriterOptions WriterOptions(const PreparedJob& prepared, const Job& job,
                                const Attempt& attempt, int64_t share) {
  TaskWriterOptions options;
  options.format = prepared.format;
  options.schema = prepared.landing->schema();
  options.encoder = prepared.encoder;
  options.encoder.row_group_bytes = RowGroupBytes(prepared.spec);
  // Cores that have no split of their own; not for each of many partitions.
  if (prepared.partition_by.empty()) {
    const auto splits = static_cast<int64_t>(prepared.plan.splits.size());
    options.encoder.threads =
        std::max<int64_t>(1, prepared.runners() / std::max<int64_t>(1, splits));
  }
  options.encoder.metadata = {{"howdah.job_id", job.plan().job_id},
                              {"howdah.split", SplitName(attempt.task)}};
  options.partition_by = prepared.partition_by;
  options.max_open_files = prepared.spec.output.max_open_partitions;
  options.max_partitions = prepared.spec.checks.max_files;
  options.memory_bytes = prepared.spec.output.memory / 2 / share;
  options.file_bytes = prepared.file_bytes;
  options.directory = attempt.directory;
  options.data_file_name =
      [&job, split = attempt.task,
       extension = prepared.format->extension(prepared.encoder.compression)](int64_t n) {
        return job.DataFileName(split, n, extension);
      };
  return options;
}

/// Rows that do not land are Parquet, whatever the others are.
TaskWriterOptions QuarantineOptions(const Job& job, int64_t split,
                                    std::string directory) {
  TaskWriterOptions options;
  options.format = FindFormat("parquet");
  options.schema = QuarantineSchema();
  options.encoder.row_group_bytes = int64_t{8} << 20;
  options.directory = std::move(directory);
  options.data_file_name = [&job, split](int64_t n) {
    return job.QuarantinePath(split, n);
  };
  return options;
}

}  // namespace

int64_t RowGroupBytes(const JobSpec& spec) {
  constexpr int64_t kMost = int64_t{64} << 20, kShareOfMemory = 4;
  return std::min(spec.output.memory / kShareOfMemory, kMost);
}

Result<std::unique_ptr<SplitWriter>> SplitWriter::Begin(const PreparedJob& prepared,
                                                        Job& job, int64_t split,
                                                        int64_t share) {
  HOWDAH_ASSIGN_OR_RETURN(Attempt attempt, job.BeginAttempt(split));
  std::unique_ptr<SplitWriter> begun(new SplitWriter(prepared, job, std::move(attempt)));
  begun->commit_.split = split;
  begun->commit_.attempt = begun->attempt_.id;
  begun->commit_.started_us = Environment::System().NowMicros();
  if (!prepared.landing->kept_fields().empty()) begun->commit_.key_hash = 0;
  HOWDAH_ASSIGN_OR_RETURN(
      begun->writer_,
      TaskWriter::Make(*prepared.output_fs,
                       WriterOptions(prepared, job, begun->attempt_, share)));
  return begun;
}

SplitWriter::SplitWriter(const PreparedJob& prepared, Job& job, Attempt attempt)
    : prepared_(prepared),
      job_(job),
      attempt_(std::move(attempt)),
      non_finite_(static_cast<size_t>(prepared.landing->schema()->num_fields())) {}

SplitWriter::~SplitWriter() {
  writer_.reset();
  quarantine_.reset();
  if (!handed_in_) job_.DiscardAttempt(attempt_, quarantined_);
}

Status SplitWriter::Quarantine(const arrow::RecordBatch& rows) {
  if (quarantine_ == nullptr) {
    HOWDAH_ASSIGN_OR_RETURN(std::string directory, job_.QuarantineDirectory(attempt_));
    HOWDAH_ASSIGN_OR_RETURN(
        quarantine_,
        TaskWriter::Make(*prepared_.output_fs,
                         QuarantineOptions(job_, attempt_.task, std::move(directory))));
  }
  commit_.input_rows += rows.num_rows();
  commit_.rows_quarantined += rows.num_rows();
  return quarantine_->Write(rows);
}

void SplitWriter::Count(const std::vector<NonFinite>& non_finite) {
  for (size_t i = 0; i < non_finite.size(); ++i) {
    non_finite_[i].nan += non_finite[i].nan;
    non_finite_[i].inf += non_finite[i].inf;
  }
}

void SplitWriter::KeepQuarantine() noexcept {
  if (quarantine_ == nullptr) return;
  const Status finished = quarantine_->Finish().status();
  if (!finished.ok()) {
    Log(LogLevel::kWarning, "bad rows of split {} could not be kept: {}", attempt_.task,
        finished.message());
  }
  quarantined_ = Job::Quarantined::kKeep;
}

Status SplitWriter::Write(const arrow::RecordBatch& batch, uint64_t key_hash) {
  HOWDAH_RETURN_IF_ERROR(writer_->Write(batch));
  commit_.input_rows += batch.num_rows();
  commit_.rows_written += batch.num_rows();
  if (commit_.key_hash) *commit_.key_hash += key_hash;
  return Status::OK();
}

Result<TaskCommit> SplitWriter::Commit() {
  HOWDAH_ASSIGN_OR_RETURN(commit_.files, writer_->Finish());
  if (quarantine_ != nullptr) {
    HOWDAH_ASSIGN_OR_RETURN(commit_.quarantine, quarantine_->Finish());
  }
  for (size_t i = 0; i < non_finite_.size(); ++i) {
    const NonFinite& count = non_finite_[i];
    if (count.nan == 0 && count.inf == 0) continue;
    commit_.non_finite.push_back(
        {prepared_.landing->schema()->field(static_cast<int>(i))->name(), count.nan,
         count.inf});
  }
  commit_.finished_us = Environment::System().NowMicros();
  handed_in_ = true;  // from here on its files may be the job's: nobody discards them
  HOWDAH_ASSIGN_OR_RETURN(const TaskOutcome outcome, job_.CommitTask(commit_));
  if (outcome == TaskOutcome::kLost) {
    Log(LogLevel::kInfo, "split {} was finished by another run first", commit_.split);
  }
  return commit_;
}

}  // namespace howdah
