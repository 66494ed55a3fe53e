#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/status.h"
#include "storage/file_system.h"

namespace howdah {

/// Randomness from a seed, and a time that stands still: what an actor does depends on
/// nothing but the answers it gets.
class StillEnvironment final : public Environment {
 public:
  explicit StillEnvironment(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u) {}
  int64_t NowMicros() override { return 1'700'000'000'000'000; }
  uint64_t Random64() override;

 private:
  uint64_t state_;
};

/// What one process does. It is run many times, and stopped in the middle of most.
using Actor = std::function<Status(FileSystem&, Environment&)>;

/// How an actor ended: nullopt, it died.
using Endings = std::vector<std::optional<Status>>;

/// Processes that share a file system, and what must hold whatever they do when. Checks
/// return "" or say what is wrong.
struct Scenario {
  std::string name;
  /// Before the first actor starts, each time.
  std::function<void(FileSystem&, Environment&)> prepare;
  std::vector<Actor> actors;
  /// The directory that readers read.
  std::string watched;
  /// What readers see there, in a word: "" nothing, "!…" something that they must never
  /// see, else what it is. Asked after every change there.
  std::function<std::string(FileSystem&)> view;
  /// May what readers see become something else? Not set: what is not "" never changes.
  std::function<bool(const std::string& before, const std::string& after)> may_become;
  /// All processes die now, and others do what is left to do; asked in every state of the
  /// file system. `view` must then have its final word.
  std::function<std::string(FileSystem&, Environment&)> recover;
  /// All actors have ended. `fault`: something failed in this run by order of the test.
  std::function<std::string(FileSystem&, const Endings&, bool fault)> check_end;
};

}  // namespace howdah
