#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/status.h"
#include "commit/paths.h"
#include "storage/file_system.h"

// H/log: the order in which datasets have taken each other's place, and what each swap
// still has to do. It is only ever added to: numbers are not given twice.

namespace howdah {

enum class SwapKind {
  kOverwrite,  ///< by a job of that mode
  kRollback,   ///< to a dataset that was overwritten
};

/// Whose dataset.
struct JobGeneration {
  std::string job_id;
  int64_t generation = 1;

  bool operator==(const JobGeneration&) const = default;
};

/// H/log/<slot>.<revision>.intent: a swap that was decided on. Whoever finds it may carry
/// it out.
struct SwapIntent {
  int64_t slot = 1;
  /// One more each time that another job took the dataset's place in the gap.
  int64_t revision = 0;
  SwapKind kind = SwapKind::kOverwrite;
  JobGeneration to;  ///< who shall be seen
  /// Who was seen when it was decided; nullopt: nobody.
  std::optional<JobGeneration> from;
  /// H/swaps/<directory>: where it works; no two intents share one.
  std::string directory;
  /// What is moved there first, relative to H.
  std::string source;
  int64_t decided_us = 0;  ///< microseconds since 1970
};

/// H/log/<slot>.done: nothing more will happen to this slot.
struct SwapEnd {
  int64_t slot = 1;
  bool published = false;  ///< false: what was to be shown had been withdrawn
  SwapKind kind = SwapKind::kOverwrite;
  JobGeneration to;
  std::optional<JobGeneration> from;
  int64_t finished_us = 0;
};

/// What the names in H/log say.
struct SwapSlot {
  int64_t slot = 1;
  int64_t last_revision = 0;
  bool has_intent = false, done = false;
};

std::string_view Name(SwapKind kind);

/// "00000007-<16 hex>", a name in H/swaps; and the slot of one, nullopt for other names.
std::string SwapDirectoryName(int64_t slot, Environment& environment);
std::optional<int64_t> ParseSwapDirectory(std::string_view name);

/// As the texts of ledger.h.
std::string ToJson(const SwapIntent& intent);
Result<SwapIntent> ParseSwapIntent(const std::string& text, const std::string& place);
std::string ToJson(const SwapEnd& end);
Result<SwapEnd> ParseSwapEnd(const std::string& text, const std::string& place);

/// By number; no log: none.
Result<std::vector<SwapSlot>> ListSwaps(FileSystem& fs, const DatasetPaths& paths);
/// The slot that has an intent and no end. There is one at most.
std::optional<SwapSlot> FindOpen(const std::vector<SwapSlot>& slots);

Result<SwapIntent> ReadIntent(FileSystem& fs, const DatasetPaths& paths, int64_t slot,
                              int64_t revision);
/// NotFound: it has not ended.
Result<SwapEnd> ReadEnd(FileSystem& fs, const DatasetPaths& paths, int64_t slot);
/// Those of all slots that have ended, by number.
Result<std::vector<SwapEnd>> ReadHistory(FileSystem& fs, const DatasetPaths& paths);

/// AlreadyExists: another was first.
Status PlaceIntent(FileSystem& fs, Environment& environment, const DatasetPaths& paths,
                   const SwapIntent& intent);
/// The end that is there, ours or that of who was first.
Result<SwapEnd> PlaceEnd(FileSystem& fs, Environment& environment,
                         const DatasetPaths& paths, const SwapEnd& end);

}  // namespace howdah
