#include "pipeline/score.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/crash_note.h"
#include "base/in_order.h"
#include "base/log.h"
#include "pipeline/file_limits.h"
#include "pipeline/row_scoring.h"
#include "pipeline/split_reading.h"
#include "pipeline/split_writing.h"
#include "types/array_bytes.h"

namespace howdah {
namespace {

using Clock = std::chrono::steady_clock;
using Batch = std::shared_ptr<arrow::RecordBatch>;

/// Adds the time it lives to a counter.
class Timer {
 public:
  explicit Timer(std::atomic<int64_t>& nanoseconds)
      : nanoseconds_(nanoseconds), start_(Clock::now()) {}
  ~Timer() { nanoseconds_ += elapsed().count(); }
  std::chrono::nanoseconds elapsed() const { return Clock::now() - start_; }

 private:
  std::atomic<int64_t>& nanoseconds_;
  const Clock::time_point start_;
};

/// How many batches a worker takes at a time: enough that what is done once for all of
/// them costs little, so few that workers end together and stop soon.
class Portion {
 public:
  explicit Portion(int64_t most) : most_(most) {}

  int64_t batches() const { return batches_; }

  /// A portion of `batches` took so long, and came to so many bytes.
  void Learn(int64_t batches, std::chrono::nanoseconds took, int64_t bytes) {
    using std::chrono::milliseconds;
    constexpr milliseconds kShort{4}, kLong{20};
    constexpr int64_t kBytes = int64_t{1} << 20;
    if (batches != batches_) return;  // a shorter one, or another worker was faster
    if (took < kShort && bytes < kBytes) batches_ = std::min(2 * batches, most_);
    if (took > kLong || bytes > 2 * kBytes) {
      batches_ = std::max<int64_t>(batches / 2, 1);
    }
  }

 private:
  const int64_t most_;
  std::atomic<int64_t> batches_{1};
};

/// Rows on their way to the model; without rows: the end of the split.
struct Portioned {
  int64_t sequence = 0;
  SourceBatch rows;
};

/// Rows on their way to the writer.
struct Scored {
  ScoredRows rows;
  Batch quarantine;  // of QuarantineSchema; nullptr: no bad row
  int64_t bytes = 0;
  bool is_end = false;  // of the split
};

/// A split that is being worked on, by any number of workers.
struct Lane {
  Lane(int64_t split_id, int64_t capacity_bytes)
      : split(split_id), written(capacity_bytes) {}

  const int64_t split;
  std::mutex reading;  // who reads; guards the next three
  std::unique_ptr<SplitReader> reader;
  int64_t next_sequence = 0;
  bool read_to_end = false;
  InOrder<Scored> written;
  std::unique_ptr<SplitWriter> writer;  // of whoever consumes in `written`
  std::atomic<int64_t> buffered{0};     // bytes that the writer holds
  int64_t workers = 0;                  // guarded by Scorer::mutex_
  bool needs_workers = true;            // the same
};

/// Workers that each read, score and write. A worker opens a split of its own while there
/// is one and memory for another writer, and then helps with those that are open.
class Scorer {
 public:
  Scorer(const PreparedJob& prepared, Predictor& predictor, Job& job,
         const std::vector<int64_t>& splits, int64_t workers, BadRowLimit* bad_rows,
         ScoreCounters* counters)
      : prepared_(prepared),
        job_(job),
        splits_(splits),
        workers_(workers),
        most_lanes_(MostLanes()),
        counters_(*counters),
        rows_(prepared, predictor),
        bad_rows_(*bad_rows),
        portion_(MostBatches()) {}

  Status Run(const std::stop_token& stop) {
    for (StageCounters* stage : counters_.stages()) stage->threads = workers_;
    std::stop_callback on_stop(stop, [this] {
      Fail(Error(ErrorKind::kCancelled,
                 "interrupted; nothing visible changed, the same command resumes"));
    });
    {
      std::vector<std::jthread> threads;
      threads.reserve(static_cast<size_t>(workers_));
      for (int64_t i = 0; i < workers_; ++i) {
        threads.emplace_back([this, i] {
          pthread_setname_np(pthread_self(), fmt::format("hd-work-{}", i).c_str());
          Work(static_cast<size_t>(i));
        });
      }
    }
    std::lock_guard lock(mutex_);
    return first_error_;
  }

 private:
  /// Writers that the budget of memory has room for. Partitioned ones hold many files.
  int64_t MostLanes() const {
    if (!prepared_.partition_by.empty()) return 1;
    const JobSpec& spec = prepared_.spec;
    const int64_t room = spec.output.memory / 4 / RowGroupBytes(spec);
    return std::clamp<int64_t>(room, 1, workers_);
  }

  int64_t MostBatches() const {
    // Parts of a tensor stay aligned as TensorFlow wants it, whatever they are made of.
    constexpr int64_t kAlignedRows = 64, kMostBatches = 64;
    const bool apart = prepared_.feed->depends_on_batch() ||
                       prepared_.spec.model.batch_rows % kAlignedRows != 0;
    return apart ? 1 : kMostBatches;
  }

  int64_t LaneBytes() const {
    constexpr int64_t kMost = int64_t{8} << 20, kShareOfMemory = 8;
    return std::min(prepared_.spec.output.memory / kShareOfMemory / most_lanes_, kMost);
  }

  /// Keep the first error and let every worker come to its end.
  void Fail(const Status& status) {
    std::lock_guard lock(mutex_);
    if (first_error_.ok()) first_error_ = status;
    failed_ = true;
    for (const auto& lane : lanes_) lane->written.Cancel();
    lanes_changed_.notify_all();
  }

  void Work(size_t worker) {
    while (const std::shared_ptr<Lane> lane = JoinLane()) {
      Status status;
      bool more = true;
      while (more && status.ok() && !failed_) status = Step(worker, *lane).Value(&more);
      if (!status.ok()) Fail(status);
      LeaveLane(lane);
    }
  }

  // -- lanes
  // -----------------------------------------------------------------------------------

  /// A split to work on; nullptr: there is nothing left to begin.
  std::shared_ptr<Lane> JoinLane() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (failed_) return nullptr;
      std::shared_ptr<Lane> lane;
      const bool split_left = next_split_ < splits_.size();
      if (split_left && static_cast<int64_t>(lanes_.size()) < most_lanes_) {
        lane = std::make_shared<Lane>(splits_[next_split_++], LaneBytes());
        lanes_.push_back(lane);
      } else {
        for (const auto& open : lanes_) {
          if (!open->needs_workers) continue;
          if (lane == nullptr || open->workers < lane->workers) lane = open;
        }
      }
      if (lane != nullptr) {
        ++lane->workers;
        return lane;
      }
      if (!split_left) return nullptr;
      lanes_changed_.wait(lock);
    }
  }

  void LeaveLane(const std::shared_ptr<Lane>& lane) {
    std::lock_guard lock(mutex_);
    --lane->workers;
    lane->needs_workers = false;  // one that is left has been read to its end
    if (lane->workers > 0) return;
    if (lane->writer != nullptr && Is(first_error_, ErrorKind::kTooManyBadRows)) {
      lane->writer->KeepQuarantine();
    }
    counters_.model.blocked_ns += lane->written.waited().count();
    std::erase(lanes_, lane);
    lanes_changed_.notify_all();
  }

  /// Read, score and write some rows. \return false: the split is read to its end.
  Result<bool> Step(size_t worker, Lane& lane) {
    HOWDAH_ASSIGN_OR_RETURN(std::optional<Portioned> portion, Read(worker, lane));
    if (!portion) return false;
    const int64_t sequence = portion->sequence;
    Scored scored;
    scored.is_end = portion->rows.rows == nullptr;
    if (!scored.is_end) {
      HOWDAH_ASSIGN_OR_RETURN(scored, Score(worker, lane, portion->rows));
      portion.reset();  // let go of the input before waiting for room
    }
    const int64_t bytes = scored.bytes;
    const CrashNote note(worker, [&] {
      return fmt::format("split {}, of which rows were being written", lane.split);
    });
    HOWDAH_RETURN_IF_ERROR(
        lane.written.Put(sequence, std::move(scored), bytes,
                         [&](const Scored& next) { return Write(lane, next); }));
    return true;
  }

  // -- read
  // -----------------------------------------------------------------------------------

  /// nullopt: another worker has read the end.
  Result<std::optional<Portioned>> Read(size_t worker, Lane& lane) {
    const CrashNote note(worker, [&] {
      return fmt::format("split {}, of which rows were being read", lane.split);
    });
    std::unique_lock turn(lane.reading, std::try_to_lock);
    if (!turn.owns_lock()) {
      const Timer starved(counters_.model.starved_ns);
      turn.lock();
    }
    if (lane.read_to_end) return std::nullopt;
    const Timer busy(counters_.read.busy_ns);
    const Split& split = job_.plan().splits[static_cast<size_t>(lane.split)];
    if (lane.reader == nullptr && !split.parts.empty()) {
      HOWDAH_ASSIGN_OR_RETURN(lane.reader,
                              OpenPlannedSplit(prepared_, job_.plan(), split));
    }
    Portioned portion{.sequence = lane.next_sequence++};
    if (lane.reader != nullptr) {
      HOWDAH_ASSIGN_OR_RETURN(portion.rows, lane.reader->Next(portion_.batches()));
    }
    lane.read_to_end = portion.rows.rows == nullptr;
    if (lane.read_to_end) {
      lane.reader.reset();
    } else {
      counters_.read.batches += Batches(*portion.rows.rows);
      counters_.read.bytes += ApproximateBytes(*portion.rows.rows);
    }
    return portion;
  }

  int64_t Batches(const arrow::RecordBatch& rows) const {
    const int64_t batch_rows = prepared_.spec.model.batch_rows;
    return (rows.num_rows() + batch_rows - 1) / batch_rows;
  }

  // -- model
  // -----------------------------------------------------------------------------------

  Result<Scored> Score(size_t worker, const Lane& lane, const SourceBatch& source) {
    const Timer busy(counters_.model.busy_ns);
    const arrow::RecordBatch& rows = *source.rows;
    int64_t begin = 0, count = rows.num_rows();
    const auto describe = [&] { return Describe(lane, source, begin, count); };
    std::optional<CrashNote> note;
    auto scored_rows = rows_.Score(rows, [&](int64_t at, int64_t of) {
      note.reset();
      begin = at;
      count = of;
      note.emplace(worker, describe);
    });
    if (!scored_rows.ok()) return WithContext(scored_rows.status(), describe());
    note.reset();

    Scored scored{.rows = *std::move(scored_rows)};
    for (const Batch& batch : scored.rows.batches) {
      scored.bytes += ApproximateBytes(*batch);
    }
    if (!scored.rows.bad.empty()) {
      HOWDAH_ASSIGN_OR_RETURN(
          scored.quarantine,
          MakeQuarantineBatch(scored.rows.bad, rows, source.file, source.first_row,
                              job_.plan().splits[static_cast<size_t>(lane.split)],
                              job_.plan().inputs));
      scored.bytes += ApproximateBytes(*scored.quarantine);
    }
    counters_.model.batches += Batches(rows);
    counters_.model.bytes += scored.bytes;
    portion_.Learn(Batches(rows), busy.elapsed(), scored.bytes);
    return scored;
  }

  std::string Describe(const Lane& lane, const SourceBatch& source, int64_t begin,
                       int64_t count) const {
    return fmt::format("split {}, the {} rows from row {} of '{}'", lane.split, count,
                       source.first_row + begin,
                       job_.plan().inputs[static_cast<size_t>(source.file)].url);
  }

  // -- write
  // -----------------------------------------------------------------------------------

  Status Write(Lane& lane, const Scored& scored) {
    if (failed_) return Status::OK();
    const Timer busy(counters_.write.busy_ns);
    if (lane.writer == nullptr) {
      HOWDAH_ASSIGN_OR_RETURN(
          lane.writer, SplitWriter::Begin(prepared_, job_, lane.split, most_lanes_));
    }
    if (scored.is_end) return Commit(lane);
    const ScoredRows& rows = scored.rows;
    for (size_t i = 0; i < rows.batches.size(); ++i) {
      const arrow::RecordBatch& batch = *rows.batches[i];
      HOWDAH_RETURN_IF_ERROR(lane.writer->Write(batch, rows.key_hashes[i]));
      counters_.rows += batch.num_rows();
      counters_.write.batches += 1;
    }
    lane.writer->Count(rows.non_finite);
    if (scored.quarantine != nullptr) {
      HOWDAH_RETURN_IF_ERROR(Quarantine(lane, *scored.quarantine));
    }
    Account(lane, lane.writer->BufferedBytes(), lane.writer->TakePeakBytes());
    return Status::OK();
  }

  Status Quarantine(Lane& lane, const arrow::RecordBatch& rows) {
    HOWDAH_RETURN_IF_ERROR(lane.writer->Quarantine(rows));
    counters_.rows += rows.num_rows();
    if (!bad_rows_.Add(rows.num_rows())) return Status::OK();
    return bad_rows_.Refusal(job_.quarantine());
  }

  Status Commit(Lane& lane) {
    HOWDAH_ASSIGN_OR_RETURN(const TaskCommit commit, lane.writer->Commit());
    Account(lane, 0, lane.writer->TakePeakBytes());
    lane.writer.reset();
    for (const FileRecord& file : commit.files) {
      counters_.bytes += file.bytes;
      counters_.write.bytes += file.bytes;
    }
    counters_.splits += 1;
    counters_.files += static_cast<int64_t>(commit.files.size());
    return CheckStagedFiles(prepared_, counters_.files);
  }

  /// The writer of `lane` holds so many bytes now, and held `peak_bytes` a moment ago.
  void Account(Lane& lane, int64_t bytes, int64_t peak_bytes) {
    const int64_t waiting = lane.written.waiting_bytes();
    const int64_t before = lane.buffered.exchange(bytes + waiting);
    const int64_t all = memory_ += bytes + waiting - before;
    const int64_t most = all - bytes + std::max(bytes, peak_bytes);
    int64_t peak = counters_.peak_memory;
    while (most > peak && !counters_.peak_memory.compare_exchange_weak(peak, most)) {
    }
  }

  const PreparedJob& prepared_;
  Job& job_;
  const std::vector<int64_t>& splits_;
  const int64_t workers_;
  const int64_t most_lanes_;  // open at once
  ScoreCounters& counters_;
  const RowScorer rows_;
  BadRowLimit& bad_rows_;
  Portion portion_;
  std::atomic<int64_t> memory_{0};  // bytes that all lanes hold
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::condition_variable lanes_changed_;
  // Guarded by mutex_:
  size_t next_split_ = 0;
  std::vector<std::shared_ptr<Lane>> lanes_;  // open
  Status first_error_;
};

}  // namespace

Status WarmUp(const PreparedJob& prepared, Predictor& predictor) {
  const Split& split = prepared.plan.splits.front();
  if (split.parts.empty()) return Status::OK();
  const auto run = [&]() -> Status {
    HOWDAH_ASSIGN_OR_RETURN(const auto reader,
                            OpenPlannedSplit(prepared, prepared.plan, split));
    HOWDAH_ASSIGN_OR_RETURN(const SourceBatch batch, reader->Next(1));
    if (batch.rows == nullptr) return Status::OK();
    HOWDAH_ASSIGN_OR_RETURN(const std::vector<Tensor> inputs,
                            prepared.feed->Tensors(*batch.rows->Slice(0, 1)));
    return predictor.Run(inputs).status();
  };
  const CrashNote note(0, [] { return std::string("the first row of the input"); });
  Status status = run();
  if (Is(status, ErrorKind::kInternal)) return status;
  if (!status.ok()) Log(LogLevel::kDebug, "warming up: {}", status.message());
  return Status::OK();
}

const StageCounters& ScoreCounters::bottleneck() const {
  const StageCounters* most = &read;
  for (const StageCounters* stage : {&model, &write}) {
    if (stage->busy_ns > most->busy_ns) most = stage;
  }
  return *most;
}

Status ScoreSplits(const PreparedJob& prepared, Predictor& predictor, Job& job,
                   const std::vector<int64_t>& splits, int64_t runners,
                   const std::stop_token& stop, BadRowLimit* bad_rows,
                   ScoreCounters* counters) {
  Scorer scorer(prepared, predictor, job, splits, runners, bad_rows, counters);
  return scorer.Run(stop);
}

}  // namespace howdah
