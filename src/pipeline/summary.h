#pragma once

#include <string>

#include "commit/job.h"
#include "model/predictor.h"
#include "pipeline/prepare.h"
#include "pipeline/score.h"

namespace howdah {

/// What a run measured of itself.
struct RunFigures {
  ScoreCounters counters;
  int64_t splits_scored = 0;
  std::string tensorflow;  ///< version; "" when it was not loaded
  CopyCounts copies;
  double seconds_prepare = 0, seconds_score = 0, seconds_publish = 0, seconds_total = 0;
};

/// The JSON objects of docs/summary.md.
std::string RunSummary(const PreparedJob& job, const Ledger& ledger,
                       const std::string& outcome, const RunFigures& figures);
std::string CheckSummary(const PreparedJob& job, const JobStatus& status);

/// `howdah check` for people: the plan in a few lines.
std::string CheckText(const PreparedJob& job, const JobStatus& status);

/// What the ledger keeps of the run that published: engine, model, schema, timings.
std::string LedgerRunText(const PreparedJob& job, const RunFigures& figures);

/// Version of the JSON objects; raised when a field changes its meaning.
inline constexpr int kSummaryVersion = 1;

}  // namespace howdah
