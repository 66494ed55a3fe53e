// Control files: any text is parsed or refused, and what is parsed is written and parsed
// again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "commit/ledger.h"
#include "commit/swap_log.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(howdah::ParsePlan(text, "plan.json"));
  static_cast<void>(howdah::ParseTaskCommit(text, "task"));
  static_cast<void>(howdah::ParseSwapIntent(text, "intent"));
  static_cast<void>(howdah::ParseSwapEnd(text, "end"));
  const auto ledger = howdah::ParseLedger(text, "ledger");
  if (ledger.ok() && !howdah::ParseLedger(howdah::ToJson(*ledger), "again").ok())
    std::abort();
  return 0;
}
