#include "testing/explore/explorer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "testing/explore/tree.h"

namespace howdah {
namespace {

using Kind = Choice::Kind;

constexpr std::pair<Kind, const char*> kNames[] = {{Kind::kGo, "go"},
                                                   {Kind::kSwitch, "switch"},
                                                   {Kind::kCrash, "crash"},
                                                   {Kind::kLostAnswer, "lost-answer"},
                                                   {Kind::kLostRequest, "lost-request"},
                                                   {Kind::kLateRequest, "late-request"},
                                                   {Kind::kDeliver, "deliver"},
                                                   {Kind::kFail, "fail"},
                                                   {Kind::kRecover, "recover"},
                                                   {Kind::kStop, "stop"}};

class Stopwatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_)
        .count();
  }

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Follows a schedule, and asks Beyond after its last deviation.
class Follower : public Chooser {
 public:
  explicit Follower(Schedule schedule) : schedule_(std::move(schedule)) {}

  Choice Choose(Run& run) override {
    if (next_ < schedule_.size() && schedule_[next_].step == run.step()) {
      return schedule_[next_++].choice;
    }
    if (next_ < schedule_.size()) return Default(run);
    return Beyond(run);
  }

 protected:
  virtual Choice Beyond(Run& run) { return Default(run); }
  static Choice Default(Run& run) { return run.Options().front().choice; }

 private:
  const Schedule schedule_;
  size_t next_ = 0;
};

/// The states and trees that were met.
class Memory {
 public:
  static constexpr int kMostPreemptions = 7;

  /// False if the state was met with no more of either bound used up.
  bool Enter(uint64_t state, int preemptions, int faults) {
    auto& least_faults = states_.try_emplace(state, Nothing()).first->second;
    for (int p = 0; p <= preemptions; ++p) {
      if (least_faults[static_cast<size_t>(p)] <= faults) return false;
    }
    least_faults[static_cast<size_t>(preemptions)] = static_cast<int8_t>(faults);
    return true;
  }
  bool EnterTree(uint64_t tree) { return trees_.insert(tree).second; }
  int64_t states() const { return std::ssize(states_); }
  int64_t trees() const { return std::ssize(trees_); }

 private:
  using LeastFaults = std::array<int8_t, kMostPreemptions + 1>;
  static LeastFaults Nothing() {
    LeastFaults nothing;
    nothing.fill(127);
    return nothing;
  }
  std::unordered_map<uint64_t, LeastFaults> states_;
  std::unordered_set<uint64_t> trees_;
};

/// A schedule as its last deviation, and the one that it grew from.
struct Branch {
  int32_t parent = -1;
  Deviation last;
  int8_t preemptions = 0, faults = 0;  ///< of all its deviations
};

/// All schedules within the bounds.
class BoundedSearch {
 public:
  BoundedSearch(const Scenario& scenario, const Budget& budget, Memory& memory)
      : scenario_(scenario), budget_(budget), memory_(memory) {}

  void Search(const Stopwatch& watch, double seconds, Exploration& result) {
    std::vector<Level> levels;
    for (int faults = 0; faults <= budget_.faults; ++faults) {
      for (int preemptions = 0; preemptions <= budget_.preemptions; ++preemptions) {
        levels.push_back({preemptions + faults, faults});
      }
    }
    std::sort(levels.begin(), levels.end());
    todo_[{0, 0}].push_back({});
    for (const Level& level : levels) {
      auto& todo = todo_[level];
      while (!todo.empty()) {
        if (watch.Seconds() > seconds) return;
        // In no order, so that a search that is cut off has been everywhere.
        std::swap(todo[random_.Random64() % todo.size()], todo.back());
        const Branch branch = todo.back();
        todo.pop_back();
        ++result.schedules;
        if (!RunOne(branch, result)) return;
      }
      if (cut_) return;
      result.complete.push_back(
          fmt::format("{}+{}", level.first - level.second, level.second));
    }
  }

 private:
  using Level = std::pair<int, int>;  ///< deviations, and how many of them are faults

  /// More than these are not kept for later.
  static constexpr size_t kMostTodo = 4'000'000;

  class Expander final : public Follower {
   public:
    Expander(BoundedSearch& search, Schedule schedule, int32_t self, const Branch& branch)
        : Follower(std::move(schedule)),
          search_(search),
          self_(self),
          preemptions_(branch.preemptions),
          faults_(branch.faults) {}

   private:
    Choice Beyond(Run& run) override {
      if (!search_.memory_.Enter(run.StateHash(), preemptions_, faults_)) {
        return {Kind::kStop};
      }
      if (search_.memory_.EnterTree(run.DeathHash())) run.CheckThatOthersCanRecover();
      const std::vector<Option>& options = run.Options();
      for (size_t i = 1; i < options.size(); ++i) {
        const int preemptions = preemptions_ + options[i].preemptions;
        const int faults = faults_ + options[i].faults;
        if (preemptions > search_.budget_.preemptions) continue;
        if (faults > search_.budget_.faults) continue;
        search_.Push({preemptions + faults, faults}, {self_,
                                                      {run.step(), options[i].choice},
                                                      static_cast<int8_t>(preemptions),
                                                      static_cast<int8_t>(faults)});
      }
      return options.front().choice;
    }

    BoundedSearch& search_;
    const int32_t self_;
    const int preemptions_, faults_;
  };

  void Push(const Level& level, const Branch& branch) {
    std::vector<Branch>& todo = todo_[level];
    if (todo.size() < kMostTodo) {
      todo.push_back(branch);
    } else {
      cut_ = true;
      todo[random_.Random64() % kMostTodo] = branch;
    }
  }

  bool RunOne(const Branch& branch, Exploration& result) {
    const auto self = static_cast<int32_t>(done_.size());
    done_.push_back(branch);
    Schedule schedule;
    for (int32_t at = self; at > 0; at = done_[static_cast<size_t>(at)].parent) {
      schedule.push_back(done_[static_cast<size_t>(at)].last);
    }
    std::reverse(schedule.begin(), schedule.end());
    Expander expander(*this, schedule, self, branch);
    Run run(scenario_, expander);
    run.Execute();
    if (run.violation().empty()) return true;
    result.violation = run.violation();
    result.schedule = std::move(schedule);
    return false;
  }

  const Scenario& scenario_;
  const Budget& budget_;
  Memory& memory_;
  StillEnvironment random_{1};
  std::vector<Branch> done_;
  std::map<Level, std::vector<Branch>> todo_;
  bool cut_ = false;
};

/// Deviates at any point, with a likelihood of its own for each run.
class Gambler final : public Chooser {
 public:
  Gambler(uint64_t seed, Memory& memory) : random_(seed), memory_(memory) {
    switch_percent_ = 1 + Below(20);
    fault_permille_ = Below(20);
  }

  Choice Choose(Run& run) override {
    if (memory_.EnterTree(run.DeathHash())) run.CheckThatOthersCanRecover();
    const std::vector<Option>& options = run.Options();
    size_t chosen = 0;
    if (options.front().choice.kind == Kind::kSwitch) {
      chosen = Below(options.size());
    } else if (Below(100) < switch_percent_) {
      chosen = Pick(options, /*faults=*/0);
    } else if (faults_left_ > 0 && Below(1000) < fault_permille_) {
      chosen = Pick(options, /*faults=*/1);
      --faults_left_;
    }
    if (chosen != 0 || options.front().choice.kind == Kind::kSwitch) {
      schedule_.push_back({run.step(), options[chosen].choice});
    }
    return options[chosen].choice;
  }

  const Schedule& schedule() const { return schedule_; }

 private:
  size_t Below(size_t limit) { return random_.Random64() % limit; }
  size_t Pick(const std::vector<Option>& options, int faults) {
    std::vector<size_t> fitting;
    for (size_t i = 1; i < options.size(); ++i) {
      if (options[i].faults == faults) fitting.push_back(i);
    }
    return fitting.empty() ? 0 : fitting[Below(fitting.size())];
  }

  StillEnvironment random_;
  Memory& memory_;
  size_t switch_percent_, fault_permille_;
  int faults_left_ = 3;
  Schedule schedule_;
};

}  // namespace

std::string Describe(const Schedule& schedule) {
  std::string text;
  for (const auto& [step, choice] : schedule) {
    const auto name =
        std::find_if(std::begin(kNames), std::end(kNames),
                     [&](auto& entry) { return entry.first == choice.kind; });
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", step, name->second);
    if (choice.kind == Kind::kSwitch) text += std::to_string(choice.actor);
  }
  return text;
}

Schedule ParseSchedule(const std::string& text) {
  Schedule schedule;
  std::istringstream words(text);
  int step = 0;
  char colon = 0;
  std::string word;
  while (words >> step >> colon >> word) {
    for (const auto& [kind, name] : kNames) {
      if (!word.starts_with(name)) continue;
      const auto actor = kind == Kind::kSwitch ? std::stoi(word.substr(6)) : 0;
      schedule.push_back({step, {kind, static_cast<uint8_t>(actor)}});
      break;
    }
  }
  return schedule;
}

std::string Exploration::Summary(const std::string& name) const {
  const auto all = static_cast<double>(schedules + random_schedules);
  std::string text = fmt::format(
      "explored {}: {} bounded and {} random schedules ({:.0f}/s), {} states, {} trees "
      "recovered from; complete (preemptions+faults): {}",
      name, schedules, random_schedules, all / std::max(seconds, 1e-9), states, trees,
      fmt::join(complete, " "));
  if (violation.empty()) return text;
  return fmt::format("{}\nVIOLATION: {}\nschedule: {}\n{}", text, violation,
                     Describe(schedule), trace);
}

namespace {

/// Asks in every state what becomes of it, as the search did.
class Replayer final : public Follower {
 public:
  using Follower::Follower;
  Choice Choose(Run& run) override {
    if (trees_.insert(run.DeathHash()).second) run.CheckThatOthersCanRecover();
    return run.stopping() ? Choice{Kind::kStop} : Follower::Choose(run);
  }

 private:
  std::unordered_set<uint64_t> trees_;
};

}  // namespace

Exploration Replay(const Scenario& scenario, const Schedule& schedule) {
  Exploration result;
  result.schedule = schedule;
  Replayer replayer(schedule);
  Run run(scenario, replayer);
  run.TraceTo(result.trace);
  run.Execute();
  result.violation = run.violation();
  result.schedules = 1;
  return result;
}

Exploration Explore(const Scenario& scenario, const Budget& budget) {
  const Stopwatch watch;
  Exploration result;
  Memory memory;
  BoundedSearch search(scenario, budget, memory);
  search.Search(watch, budget.seconds * 0.7, result);
  for (uint64_t i = 0; result.violation.empty() && watch.Seconds() < budget.seconds &&
                       result.random_schedules < budget.random_schedules;
       ++i) {
    Gambler gambler(budget.seed * 1'000'003 + i, memory);
    Run run(scenario, gambler);
    run.Execute();
    ++result.random_schedules;
    if (run.violation().empty()) continue;
    result.violation = run.violation();
    result.schedule = gambler.schedule();
  }
  result.states = memory.states();
  result.trees = memory.trees();
  result.seconds = watch.Seconds();
  if (!result.violation.empty()) result.trace = Replay(scenario, result.schedule).trace;
  return result;
}

}  // namespace howdah
