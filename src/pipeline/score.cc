#include "pipeline/score.h"

#include <pthread.h>

#include <chrono>
#include <thread>

#include "base/byte_queue.h"
#include "base/crash_note.h"
#include "base/environment.h"
#include "base/log.h"
#include "pipeline/ordered_queue.h"
#include "source/source.h"
#include "types/array_bytes.h"
#include "types/row_hash.h"
#include "write/task_writer.h"

namespace howdah {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kMostQueueBytes = int64_t{8} << 20;
constexpr int64_t kMostRowGroupBytes = int64_t{64} << 20;

/// Adds the time it lives to a counter.
class BusyTimer {
 public:
  explicit BusyTimer(StageCounters& stage) : stage_(stage), start_(Clock::now()) {}
  ~BusyTimer() {
    stage_.busy_ns += std::chrono::nanoseconds(Clock::now() - start_).count();
  }

 private:
  StageCounters& stage_;
  Clock::time_point start_;
};

/// A batch on its way to the model; without rows: the end of its split.
struct ReadItem {
  int64_t sequence = 0;
  int64_t split = 0;
  SourceBatch batch;
};

/// A batch on its way to the writer; without a batch: the end of its split.
struct ScoredItem {
  int64_t split = 0;
  std::shared_ptr<arrow::RecordBatch> batch;
  uint64_t key_hash = 0;
};

Result<std::unique_ptr<ByteSource>> OpenUnchanged(const PreparedJob& prepared,
                                                  const InputFile& planned,
                                                  size_t index) {
  const std::string& path = prepared.inputs.paths[index];
  HOWDAH_ASSIGN_OR_RETURN(FileInfo now, prepared.inputs.fs->Stat(path));
  if (now.size != planned.length || now.mtime_us != planned.mtime_us) {
    return Error(ErrorKind::kInvalidInput,
                 "input '{}' changed while the job ran: planned with {} bytes of {}, now "
                 "{} bytes of {}; run the job with --restart",
                 planned.url, planned.length, FormatTimestamp(planned.mtime_us), now.size,
                 FormatTimestamp(now.mtime_us));
  }
  return prepared.inputs.fs->OpenInput(path);
}

Result<std::unique_ptr<SplitReader>> OpenInputs(const PreparedJob& prepared,
                                                const JobPlan& plan, const Split& split) {
  std::vector<std::shared_ptr<ByteSource>> files;
  for (size_t i = 0; i < split.parts.size(); ++i) {
    const auto index = static_cast<size_t>(split.parts[i].file);
    if (i > 0 && split.parts[i - 1].file == split.parts[i].file) {
      files.push_back(files.back());
      continue;
    }
    HOWDAH_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file,
                            OpenUnchanged(prepared, plan.inputs[index], index));
    files.push_back(std::move(file));
  }
  SplitReadOptions options;
  options.schema = prepared.read_schema;
  options.constants = prepared.constants;
  options.batch_rows = prepared.spec.model.batch_rows;
  return OpenSplit(*prepared.inputs.format, split, std::move(files), options);
}

class Scorer {
 public:
  Scorer(const PreparedJob& prepared, Predictor& predictor, Job& job,
         ScoreCounters* counters)
      : prepared_(prepared),
        predictor_(predictor),
        job_(job),
        counters_(*counters),
        kept_(prepared.landing->kept_fields()),
        read_queue_(QueueBytes()),
        write_queue_(QueueBytes()) {}

  Status Run(const std::vector<int64_t>& splits, int64_t runners,
             const std::stop_token& stop) {
    counters_.model.threads = runners;
    std::stop_callback on_stop(stop, [this] {
      Fail(Error(ErrorKind::kCancelled,
                 "interrupted; nothing visible changed, the same command resumes"));
    });
    {
      std::vector<std::jthread> threads;
      threads.emplace_back([&] { Stage("hd-read", &Scorer::ReadAll, splits); });
      for (int64_t i = 0; i < runners; ++i) {
        threads.emplace_back([this, i] { Stage("hd-model", &Scorer::RunModel, i); });
      }
      threads.emplace_back([&] { Stage("hd-write", &Scorer::WriteAll); });
    }
    counters_.model.starved_ns = read_queue_.pop_wait().count();
    counters_.read.blocked_ns = read_queue_.push_wait().count();
    counters_.model.blocked_ns = write_queue_.push_wait().count();
    counters_.write.starved_ns = write_queue_.pop_wait().count();
    std::lock_guard lock(mutex_);
    return first_error_;
  }

 private:
  int64_t QueueBytes() const {
    constexpr int64_t kShareOfMemory = 16;
    return std::min(prepared_.spec.output.memory / kShareOfMemory, kMostQueueBytes);
  }

  /// \param name  of the thread, for `top -H` and profilers.
  template <typename Method, typename... Args>
  void Stage(const char* name, Method method, const Args&... args) {
    pthread_setname_np(pthread_self(), name);
    const Status status = (this->*method)(args...);
    if (!status.ok()) Fail(status);
  }

  /// Keep the first error and let every stage come to its end.
  void Fail(const Status& status) {
    {
      std::lock_guard lock(mutex_);
      if (first_error_.ok()) first_error_ = status;
    }
    read_queue_.Cancel();
    write_queue_.Cancel();
  }

  // -- read
  // ------------------------------------------------------------------------------------

  Status ReadAll(const std::vector<int64_t>& splits) {
    int64_t sequence = 0;
    for (const int64_t id : splits) {
      const Split& split = job_.plan().splits[static_cast<size_t>(id)];
      std::unique_ptr<SplitReader> reader;
      if (!split.parts.empty()) {
        BusyTimer busy(counters_.read);
        HOWDAH_ASSIGN_OR_RETURN(reader, OpenInputs(prepared_, job_.plan(), split));
      }
      for (bool more = true; more; ++sequence) {
        ReadItem item{sequence, id};
        if (reader != nullptr) {
          BusyTimer busy(counters_.read);
          HOWDAH_ASSIGN_OR_RETURN(item.batch, reader->Next());
        }
        more = item.batch.rows != nullptr;
        const int64_t bytes = more ? ApproximateBytes(*item.batch.rows) : 0;
        counters_.read.batches += more ? 1 : 0;
        counters_.read.bytes += bytes;
        if (!read_queue_.Push(std::move(item), bytes)) return Status::OK();
      }
    }
    read_queue_.Close();
    write_queue_.Close(sequence);
    return Status::OK();
  }

  // -- model
  // -----------------------------------------------------------------------------------

  Status RunModel(const int64_t& runner) {
    while (std::optional<ReadItem> item = read_queue_.Pop()) {
      ScoredItem scored{item->split};
      int64_t bytes = 0;
      if (item->batch.rows != nullptr) {
        BusyTimer busy(counters_.model);
        const CrashNote note(static_cast<size_t>(runner),
                             [&] { return Describe(*item); });
        Status status = ScoreBatch(*item->batch.rows, &scored);
        if (!status.ok()) return WithContext(status, Describe(*item));
        bytes = ApproximateBytes(*scored.batch);
        counters_.model.batches += 1;
        counters_.model.bytes += bytes;
      }
      const int64_t sequence = item->sequence;
      item.reset();  // let go of the input before waiting for room
      if (!write_queue_.Push(sequence, std::move(scored), bytes)) break;
    }
    return Status::OK();
  }

  Status ScoreBatch(const arrow::RecordBatch& rows, ScoredItem* scored) {
    const Landing& landing = *prepared_.landing;
    HOWDAH_ASSIGN_OR_RETURN(std::vector<Tensor> inputs, prepared_.feed->Tensors(rows));
    HOWDAH_ASSIGN_OR_RETURN(std::vector<Tensor> outputs, predictor_.Run(inputs));
    HOWDAH_ASSIGN_OR_RETURN(scored->batch, landing.Convert(rows, outputs));
    return HashRows(*scored->batch, kept_).Value(&scored->key_hash);
  }

  std::string Describe(const ReadItem& item) const {
    const auto file = static_cast<size_t>(item.batch.file);
    return fmt::format("split {}, the {} rows from row {} of '{}'", item.split,
                       item.batch.rows->num_rows(), item.batch.first_row,
                       job_.plan().inputs[file].url);
  }

  // -- write
  // -----------------------------------------------------------------------------------

  /// An attempt at one split, from its directory to its commit.
  struct OpenTask {
    Attempt attempt;
    TaskCommit commit;
    std::unique_ptr<TaskWriter> writer;
  };

  Status WriteAll() {
    std::optional<OpenTask> task;
    const Status status = WriteTasks(&task);
    if (task) {
      task->writer.reset();
      job_.DiscardAttempt(task->attempt);
    }
    return status;
  }

  Status WriteTasks(std::optional<OpenTask>* task) {
    while (std::optional<ScoredItem> item = write_queue_.Pop()) {
      BusyTimer busy(counters_.write);
      if (!*task) HOWDAH_RETURN_IF_ERROR(BeginTask(item->split, task));
      if (item->batch == nullptr) {
        HOWDAH_RETURN_IF_ERROR(CommitTask(task));
        continue;
      }
      const int64_t rows = item->batch->num_rows();
      HOWDAH_RETURN_IF_ERROR((*task)->writer->Write(*item->batch));
      const int64_t memory = read_queue_.queued_bytes() + write_queue_.queued_bytes() +
                             (*task)->writer->BufferedBytes();
      counters_.peak_memory = std::max(counters_.peak_memory.load(), memory);
      (*task)->commit.input_rows += rows;
      (*task)->commit.rows_written += rows;
      if ((*task)->commit.key_hash) *(*task)->commit.key_hash += item->key_hash;
      counters_.rows += rows;
      counters_.write.batches += 1;
    }
    return Status::OK();
  }

  Status BeginTask(int64_t split, std::optional<OpenTask>* task) {
    OpenTask begun;
    HOWDAH_ASSIGN_OR_RETURN(begun.attempt, job_.BeginAttempt(split));
    begun.commit.split = split;
    begun.commit.attempt = begun.attempt.id;
    begun.commit.started_us = Environment::System().NowMicros();
    const arrow::Schema& schema = *prepared_.landing->schema();
    if (!kept_.empty()) begun.commit.key_hash = 0;

    TaskWriterOptions options;
    options.format = prepared_.format;
    options.schema = prepared_.landing->schema();
    options.encoder.compression = prepared_.compression;
    constexpr int64_t kShareOfMemory = 4;
    options.encoder.row_group_bytes =
        std::min(prepared_.spec.output.memory / kShareOfMemory, kMostRowGroupBytes);
    for (const int field : kept_) {
      options.encoder.key_columns.push_back(schema.field(field)->name());
    }
    options.partition_by = prepared_.partition_by;
    options.max_open_files = prepared_.spec.output.max_open_partitions;
    options.memory_bytes = prepared_.spec.output.memory / 2;
    options.encoder.metadata = {{"howdah.job_id", job_.plan().job_id},
                                {"howdah.split", SplitName(split)}};
    options.file_bytes = prepared_.spec.output.file_size;
    options.directory = begun.attempt.directory;
    options.data_file_name = [this, split](int64_t n) {
      return job_.DataFileName(split, n, prepared_.format->extension());
    };
    HOWDAH_ASSIGN_OR_RETURN(begun.writer,
                            TaskWriter::Make(*prepared_.output_fs, std::move(options)));
    *task = std::move(begun);
    return Status::OK();
  }

  Status CommitTask(std::optional<OpenTask>* task) {
    OpenTask& open = **task;
    HOWDAH_ASSIGN_OR_RETURN(open.commit.files, open.writer->Finish());
    open.commit.finished_us = Environment::System().NowMicros();
    const TaskCommit commit = std::move(open.commit);
    task->reset();  // from here on its files may be the job's: nobody discards them
    HOWDAH_ASSIGN_OR_RETURN(TaskOutcome outcome, job_.CommitTask(commit));
    if (outcome == TaskOutcome::kLost) {
      Log(LogLevel::kInfo, "split {} was finished by another run first", commit.split);
    }
    for (const FileRecord& file : commit.files) {
      counters_.bytes += file.bytes;
      counters_.write.bytes += file.bytes;
    }
    counters_.splits += 1;
    return Status::OK();
  }

  const PreparedJob& prepared_;
  Predictor& predictor_;
  Job& job_;
  ScoreCounters& counters_;
  const std::vector<int> kept_;  // fields of the landing's schema
  ByteQueue<ReadItem> read_queue_;
  OrderedQueue<ScoredItem> write_queue_;
  std::mutex mutex_;
  Status first_error_;
};

}  // namespace

Status WarmUp(const PreparedJob& prepared, Predictor& predictor) {
  const Split& split = prepared.plan.splits.front();
  if (split.parts.empty()) return Status::OK();
  const auto run = [&]() -> Status {
    HOWDAH_ASSIGN_OR_RETURN(const auto reader,
                            OpenInputs(prepared, prepared.plan, split));
    HOWDAH_ASSIGN_OR_RETURN(const SourceBatch batch, reader->Next());
    if (batch.rows == nullptr) return Status::OK();
    HOWDAH_ASSIGN_OR_RETURN(const std::vector<Tensor> inputs,
                            prepared.feed->Tensors(*batch.rows->Slice(0, 1)));
    return predictor.Run(inputs).status();
  };
  const CrashNote note(0, [] { return std::string("the first row of the input"); });
  const Status status = run();
  if (Is(status, ErrorKind::kInternal)) return status;
  if (!status.ok()) Log(LogLevel::kDebug, "warming up: {}", status.message());
  return Status::OK();
}

double StageCounters::busy_ns_per_thread() const {
  const auto busy = static_cast<double>(busy_ns.load());
  return busy / static_cast<double>(std::max<int64_t>(threads.load(), 1));
}

const StageCounters& ScoreCounters::bottleneck() const {
  const StageCounters* most = &read;
  for (const StageCounters* stage : {&model, &write}) {
    if (stage->busy_ns_per_thread() > most->busy_ns_per_thread()) most = stage;
  }
  return *most;
}

Status ScoreSplits(const PreparedJob& prepared, Predictor& predictor, Job& job,
                   const std::vector<int64_t>& splits, int64_t runners,
                   std::stop_token stop, ScoreCounters* counters) {
  Scorer scorer(prepared, predictor, job, counters);
  return scorer.Run(splits, runners, stop);
}

}  // namespace howdah
