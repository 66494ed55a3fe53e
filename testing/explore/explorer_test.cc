#include "testing/explore/explorer.h"

#include <gmock/gmock.h>

namespace howdah {
namespace {

using testing::HasSubstr;

/// Each actor adds its share to a number in a file. The bug: it reads and writes in two
/// steps.
Scenario LostUpdate(int actors) {
  Scenario scenario;
  scenario.name = "lost update";
  scenario.prepare = [](FileSystem& fs, Environment&) {
    static_cast<void>(WriteFile(fs, "/sum", "0", IfExists::kFail));
  };
  for (int i = 0; i < actors; ++i) {
    scenario.actors.push_back([](FileSystem& fs, Environment&) -> Status {
      HOWDAH_ASSIGN_OR_RETURN(const std::string sum, ReadFile(fs, "/sum"));
      return WriteFile(fs, "/sum", std::to_string(std::stoi(sum) + 1), IfExists::kReplace)
          .status();
    });
  }
  scenario.watched = "/seen";
  scenario.view = [](FileSystem&) { return std::string(); };
  scenario.recover = [](FileSystem&, Environment&) { return std::string(); };
  scenario.check_end = [actors](FileSystem& fs, const Endings& endings, bool) {
    int done = 0;
    for (const auto& ending : endings) done += ending && ending->ok() ? 1 : 0;
    const int sum = std::stoi(ReadFile(fs, "/sum").ValueOr("-1"));
    return sum < done && done == actors ? "an update was lost" : "";
  };
  return scenario;
}

Budget Bounds(int preemptions, int faults) {
  return {
      .preemptions = preemptions, .faults = faults, .seconds = 20, .random_schedules = 0};
}

TEST(Explorer, WithoutPreemptionActorsRunOneAfterTheOtherInEveryOrder) {
  std::set<std::string> orders;
  std::string order;
  Scenario scenario = LostUpdate(0);
  for (const char* name : {"a", "b", "c"}) {
    scenario.actors.push_back([&orders, &order, name](FileSystem& fs, Environment&) {
      static_cast<void>(fs.CreateDirectory(std::string("/") + name + "1"));
      order += name;
      orders.insert(order);
      return fs.CreateDirectory(std::string("/") + name + "2");
    });
  }
  scenario.prepare = [&](FileSystem&, Environment&) { order.clear(); };
  scenario.check_end = [](FileSystem&, const Endings&, bool) { return ""; };
  const Exploration result = Explore(scenario, Bounds(0, 0));
  EXPECT_EQ(result.violation, "");
  EXPECT_THAT(result.complete, testing::ElementsAre("0+0"));
  // Of two orders that lead to one state one goes on to the end.
  EXPECT_THAT(orders, testing::IsSupersetOf(
                          {"a", "b", "c", "ab", "ba", "ac", "ca", "bc", "cb", "abc"}));
}

TEST(Explorer, ALostUpdateNeedsOnePreemption) {
  EXPECT_EQ(Explore(LostUpdate(2), Bounds(0, 0)).violation, "");
  const Exploration result = Explore(LostUpdate(2), Bounds(1, 0));
  EXPECT_EQ(result.violation, "an update was lost");
  EXPECT_EQ(result.schedule.size(), 1u);
  EXPECT_THAT(result.trace, HasSubstr("actor 1: Commit /sum"));
}

TEST(Explorer, AFoundScheduleCanBeReplayedFromItsText) {
  const Exploration found = Explore(LostUpdate(3), Bounds(1, 1));
  ASSERT_NE(found.violation, "");
  const std::string text = Describe(found.schedule);
  const Exploration again = Replay(LostUpdate(3), ParseSchedule(text));
  EXPECT_EQ(again.violation, found.violation);
  EXPECT_EQ(again.trace, found.trace);
  EXPECT_THAT(found.Summary("x"), HasSubstr(text));
}

TEST(Explorer, RandomSchedulesFindItToo) {
  Budget budget = Bounds(0, 0);
  budget.random_schedules = 10'000;
  EXPECT_EQ(Explore(LostUpdate(2), budget).violation, "an update was lost");
}

TEST(Explorer, StatesThatWereMetBeforeAreNotExploredAgain) {
  Scenario scenario = LostUpdate(0);
  for (const char* name : {"/a", "/b"}) {
    scenario.actors.push_back([name](FileSystem& fs, Environment&) {
      for (int i = 0; i < 9; ++i) {
        static_cast<void>(fs.CreateDirectory(name + std::to_string(i)));
      }
      return Status::OK();
    });
  }
  const Exploration result = Explore(scenario, Bounds(7, 0));
  EXPECT_EQ(result.complete.back(), "7+0");
  // 10 x 10 but for the last one, in which no choice is left; each with either actor at
  // its turn, or none.
  EXPECT_EQ(result.trees, 99);
  EXPECT_LE(result.states, 3 * 100);
}

TEST(Explorer, EveryMisfortuneIsTriedAtEveryCall) {
  std::set<std::string> ends;
  Scenario scenario = LostUpdate(0);
  scenario.actors = {
      [](FileSystem& fs, Environment&) { return fs.CreateDirectory("/x"); },
      [](FileSystem&, Environment&) { return Status::OK(); }};
  scenario.check_end = [&](FileSystem& fs, const Endings& endings, bool) {
    const auto& first = endings[0];
    const std::string said = !first        ? "died"
                             : first->ok() ? "ok"
                                           : std::string(Name(KindOf(*first)));
    ends.insert(said + (Exists(fs, "/x").ValueOrDie() ? " there" : " absent"));
    return "";
  };
  Explore(scenario, Bounds(1, 1));
  EXPECT_THAT(ends, testing::UnorderedElementsAre(
                        "ok there", "died absent", "Transient absent",
                        "CommitStateUnknown there", "CommitStateUnknown absent"));
}

TEST(Explorer, ReadersAreAskedAfterEveryChangeAndMayNotSeeThingsGo) {
  Scenario scenario = LostUpdate(0);
  scenario.watched = "/d";
  scenario.view = [](FileSystem& fs) {
    return std::string(Exists(fs, "/d").ValueOrDie() ? "new" : "");
  };
  scenario.actors = {[](FileSystem& fs, Environment&) {
    static_cast<void>(fs.CreateDirectory("/d"));
    static_cast<void>(fs.DeleteTree("/d"));
    return fs.CreateDirectory("/d");
  }};
  EXPECT_EQ(Explore(scenario, Bounds(0, 0)).violation, "readers saw 'new', and now ''");
}

TEST(Explorer, InEveryStateItIsAskedWhatBecomesOfItWhenAllDie) {
  Scenario scenario = LostUpdate(0);
  scenario.actors = {[](FileSystem& fs, Environment&) {
    static_cast<void>(fs.CreateDirectory("/half"));
    return fs.Rename("/half", "/whole", IfExists::kFail);
  }};
  scenario.recover = [](FileSystem& fs, Environment&) {
    return std::string(Exists(fs, "/half").ValueOrDie() ? "half is left" : "");
  };
  const Exploration result = Explore(scenario, Bounds(0, 0));
  EXPECT_EQ(result.violation, "all processes die here; then half is left");
  EXPECT_THAT(result.trace, testing::Not(HasSubstr("Rename")));
}

}  // namespace
}  // namespace howdah
