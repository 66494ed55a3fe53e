#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace howdah {

/// How a generation ended.
enum class Outcome {
  kPublished,  ///< its tree became the dataset
  kConflict,   ///< another job held the dataset
  kAbandoned,  ///< withdrawn by --restart or `recover --abandon`
};

/// "published", "conflict", "abandoned".
std::string_view Name(Outcome outcome);

/// W/FIN: nothing more will happen to this generation.
struct Fin {
  std::string job_id;
  int64_t generation = 1;
  Outcome outcome = Outcome::kPublished;
  int64_t finished_us = 0;  ///< microseconds since 1970
};

/// As the texts of ledger.h.
std::string ToJson(const Fin& fin);
Result<Fin> ParseFin(const std::string& text, const std::string& place);

}  // namespace howdah
