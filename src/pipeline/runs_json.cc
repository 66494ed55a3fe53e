#include "pipeline/runs_json.h"

#include "base/environment.h"

namespace howdah {

nlohmann::ordered_json RunsJson(const LandedDataset& landed) {
  auto runs = nlohmann::ordered_json::array();
  for (const LandedRun& run : landed.runs) {
    const Ledger& ledger = run.ledger;
    runs.push_back({{"job_id", ledger.job_id},
                    {"generation", ledger.generation},
                    {"directory", run.directory},
                    {"published", FormatTimestamp(ledger.published_us)},
                    {"rows", ledger.rows_written()},
                    {"files", ledger.files()},
                    {"bytes", ledger.bytes()}});
  }
  return runs;
}

}  // namespace howdah
