#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "commit/job.h"
#include "model/predictor.h"
#include "pipeline/prepare.h"
#include "pipeline/quarantine.h"

namespace howdah {

/// What one stage has done so far. Thread-safe.
struct StageCounters {
  explicit StageCounters(std::string stage_name) : name(std::move(stage_name)) {}
  const std::string name;
  std::atomic<int64_t> threads{1}, batches{0}, bytes{0};
  std::atomic<int64_t> busy_ns{0};
  std::atomic<int64_t> starved_ns{0};  ///< waited for input
  std::atomic<int64_t> blocked_ns{0};  ///< waited for room to put its output
};

/// Counters of a whole run, read by the progress line while the stages write them.
struct ScoreCounters {
  StageCounters read{"read"}, model{"model"}, write{"write"};
  std::atomic<int64_t> rows{0};   ///< through the writer
  std::atomic<int64_t> bytes{0};  ///< of output files closed
  std::atomic<int64_t> splits{0};
  std::atomic<int64_t> files{0};  ///< of rows that land, of all splits committed so far
  /// The most that queues and open writers held at a time: what 'output.memory' bounds.
  std::atomic<int64_t> peak_memory{0};

  std::array<StageCounters*, 3> stages() { return {&read, &model, &write}; }
  /// The stage that was busy the longest.
  const StageCounters& bottleneck() const;
};

/// Score `splits` of the job by `runners` threads, each of which reads, runs the model
/// and writes. They work on as many splits at once as 'output.memory' has room for
/// writers, several on one split where those are fewer; what waits between them is
/// bounded in bytes, so that memory does not depend on the input's size. Rows land in
/// input order. Each split is committed to `job` when it is finished.
///
/// The hash of the kept columns is taken as they come from the input; that of whole rows
/// by the writer.
///
/// \param bad_rows  counts rows that are quarantined.
///   The first error stops all; that of rows names their split, file and place.
///   TooManyBadRows: those found so far are left in the job's quarantine.
///   Cancelled: `stop` was requested; splits committed so far stay.
Status ScoreSplits(const PreparedJob& prepared, Predictor& predictor, Job& job,
                   const std::vector<int64_t>& splits, int64_t runners,
                   const std::stop_token& stop, BadRowLimit* bad_rows,
                   ScoreCounters* counters);

/// Run the model once on the first row of the input and drop the answer: TensorFlow
/// prepares a graph when it runs for the first time, and a model that cannot run at all
/// shows before anything is written. What fails for the sake of that row is left to the
/// run itself: an error means that the model will never answer.
Status WarmUp(const PreparedJob& prepared, Predictor& predictor);

}  // namespace howdah
