#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "testing/explore/run.h"

namespace howdah {

/// Where a run departs from what happens by default: the current actor goes on, and when
/// it ends the first one that lives.
struct Deviation {
  int step = 0;
  Choice choice;
};
using Schedule = std::vector<Deviation>;

/// "17:switch1 40:lost-answer", and back; an unknown text gives what could be read.
std::string Describe(const Schedule& schedule);
Schedule ParseSchedule(const std::string& text);

struct Budget {
  int preemptions = 2;
  int faults = 1;
  /// All schedules within the two bounds, fewest deviations first, preemptions before
  /// faults, then random ones beyond them; both end when the time is over.
  double seconds = 5;
  int64_t random_schedules = 1'000'000;
  uint64_t seed = 1;
};

struct Exploration {
  int64_t schedules = 0;  ///< within the bounds
  int64_t random_schedules = 0;
  int64_t states = 0;  ///< different states at a scheduling point
  int64_t trees = 0;   ///< different states of the file system; each was recovered from
  /// "2+1": all schedules of two preemptions and one fault were explored, up to states
  /// met before.
  std::vector<std::string> complete;
  double seconds = 0;
  std::string violation;  ///< "" or what is wrong
  Schedule schedule;      ///< that leads there
  std::string trace;      ///< its calls

  /// One line with the figures; with a violation, that and how to see it again.
  std::string Summary(const std::string& name) const;
};

/// Run a scenario under many schedules, until one breaks a rule or the budget is used up.
///
/// Every call of an actor to the file system is a scheduling point. Each schedule is run
/// from the start (as in CHESS: Musuvathi et al., OSDI 2008, preemption bounding); a run
/// ends early in a state that was met before with no less left of the bounds. A state is
/// the file system's tree and all that the actors were told so far. In each state of the
/// file system it is asked what becomes of it when all processes die.
Exploration Explore(const Scenario& scenario, const Budget& budget);

/// One schedule, with its trace.
Exploration Replay(const Scenario& scenario, const Schedule& schedule);

}  // namespace howdah
