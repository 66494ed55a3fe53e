#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "testing/explore/fiber.h"
#include "testing/explore/recording_file_system.h"
#include "testing/explore/scenario.h"
#include "testing/storage/faulty_file_system.h"

namespace howdah {

/// What happens at a scheduling point: the moment before a call of an actor to the file
/// system, or after an actor's end.
struct Choice {
  enum class Kind : uint8_t {
    kGo,          ///< the current actor makes its call
    kSwitch,      ///< `actor` goes on instead
    kCrash,       ///< the current actor dies; what dies after a call dies before the next
    kLostAnswer,  ///< the call is made, and its answer lost
    kLostRequest,  ///< the call is not made, and the actor is not told so
    kLateRequest,  ///< the call is made later, at kDeliver, and its answer lost
    kDeliver,      ///< what was late arrives
    kFail,         ///< the call is not made, and fails: Transient
    kRecover,      ///< other processes take the actors for dead, and recover
    kStop,         ///< the run ends here: nothing new can come of it
  };
  Kind kind = Kind::kGo;
  uint8_t actor = 0;

  bool operator==(const Choice&) const = default;
};

struct Option {
  Choice choice;
  int preemptions = 0;  ///< what it costs
  int faults = 0;
};

class Run;

/// Decides at each scheduling point.
class Chooser {
 public:
  virtual ~Chooser() = default;
  virtual Choice Choose(Run& run) = 0;
};

/// One execution of a scenario, on a fresh file system in memory. All actors run on the
/// caller's thread, one at a time, on stacks of their own.
class Run {
 public:
  Run(const Scenario& scenario, Chooser& chooser);
  ~Run();

  /// Let the actors run until all have ended, or the chooser stops them, or a check
  /// fails.
  void Execute();

  // For choosers, at a scheduling point.
  int step() const { return step_; }     ///< points passed
  const std::vector<Option>& Options();  ///< the first: what happens by default
  uint64_t TreeHash();                   ///< of the file system
  uint64_t DeathHash();  ///< of that and of what is under way: all that the dead leave
  uint64_t StateHash();  ///< of that and all actors
  void CheckThatOthersCanRecover();  ///< on a copy of the file system
  bool stopping() const { return stopping_; }

  /// "" or what is wrong.
  const std::string& violation() const { return violation_; }
  /// Every call that was made from now on is written there.
  void TraceTo(std::string& trace) { trace_ = &trace; }

 private:
  struct Process;

  Fault Arrive(Process& process, const CallInfo& call);
  void Changed(const std::string& path, const std::string& target);
  void RecoverNow();
  void Deliver(FileSystem& fs) const;
  void Misfortune(Process& process, const Choice& choice);
  void Violate(const std::string& what);
  void Trace(const Process& process, const CallInfo& call, const char* what);
  std::vector<size_t> OthersAlive() const;
  void LookAtWatched();

  const Scenario& scenario_;
  Chooser& chooser_;
  StillEnvironment file_system_environment_{1};
  std::unique_ptr<FileSystem> fs_;
  std::vector<std::unique_ptr<Process>> processes_;
  Process* current_ = nullptr;      ///< nullptr: the last one has ended
  const CallInfo* call_ = nullptr;  ///< that the current one is about to make
  Process* next_ = nullptr;         ///< asked for by kSwitch
  bool just_switched_ = false;
  bool recovered_ = false;
  bool fault_ = false;
  std::optional<CallInfo> late_;  ///< a request that is under way
  bool stopping_ = false;
  int step_ = 0;
  std::string seen_;  ///< by readers
  bool tree_is_hashed_ = false;
  uint64_t tree_hash_ = 0;
  std::vector<Option> options_;
  std::string violation_;
  std::string* trace_ = nullptr;
};

}  // namespace howdah
