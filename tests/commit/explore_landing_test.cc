// The real code of drivers, tasks, recover, abandon and gc, under a scheduler that tries
// every order of their calls to the file system within bounds, with deaths and lost
// answers at every call; see testing/explore/explorer.h.
//
// HOWDAH_EXPLORE_SECONDS: how long each scenario may take. HOWDAH_EXPLORE_REPLAY: one
// schedule, as a failure prints it, instead of all.

#include <gmock/gmock.h>

#include <cstdlib>

#include "base/log.h"
#include "landing_world.h"
#include "testing/explore/explorer.h"

namespace howdah {
namespace {

using Kinds = std::vector<ErrorKind>;

const Kinds kConflict = {ErrorKind::kCommitConflict};
const Kinds kConflictOrTaken = {ErrorKind::kCommitConflict, ErrorKind::kAlreadyExists};

class ExploreLanding : public testing::Test {
 protected:
  ExploreLanding() {
    static const bool quiet = (InitLog(LogFormat::kText, LogLevel::kError), true);
    static_cast<void>(quiet);
  }

  static void ExpectNoViolation(const Scenario& scenario) {
    if (const char* schedule = std::getenv("HOWDAH_EXPLORE_REPLAY")) {
      const Exploration replayed = Replay(scenario, ParseSchedule(schedule));
      EXPECT_EQ(replayed.violation, "") << replayed.Summary(scenario.name);
      return;
    }
    Budget budget;
    budget.seconds = 5;
    if (const char* seconds = std::getenv("HOWDAH_EXPLORE_SECONDS")) {
      budget.seconds = std::atof(seconds);
    }
    const Exploration explored = Explore(scenario, budget);
    fmt::print("{}\n", explored.Summary(scenario.name));
    EXPECT_EQ(explored.violation, "");
  }

  LandingWorld world_{2};
  const JobPlan plan_ = world_.Plan("a");
};

TEST_F(ExploreLanding, TwoDriversOfOneJob) {
  ExpectNoViolation(world_.Make("two drivers of one job",
                                {world_.Driver(plan_), world_.Driver(plan_)}, {plan_},
                                kConflict));
}

TEST_F(ExploreLanding, ThreeDriversOfOneSplit) {
  LandingWorld world(1);
  const JobPlan plan = world.Plan("a");
  ExpectNoViolation(world.Make(
      "three drivers of one split",
      {world.Driver(plan), world.Driver(plan), world.Driver(plan)}, {plan}, kConflict));
}

TEST_F(ExploreLanding, TwoJobsForOneDataset) {
  LandingWorld world(1);
  const JobPlan a = world.Plan("a"), b = world.Plan("b");
  ExpectNoViolation(world.Make("two jobs for one dataset",
                               {world.Driver(a), world.Driver(b)}, {a, b},
                               kConflictOrTaken));
}

TEST_F(ExploreLanding, RestartAgainstARunningDriver) {
  LandingWorld world(1);
  const JobPlan old_plan = world.Plan("a"), new_plan = world.Plan("a", "n");
  Kinds ends = kConflictOrTaken;
  ends.push_back(ErrorKind::kInvalidInput);  // the other plan is in force
  ExpectNoViolation(
      world.Make("--restart against a running driver",
                 {world.Driver(old_plan), world.Driver(new_plan, Restart::kYes)},
                 {old_plan, new_plan}, ends));
}

TEST_F(ExploreLanding, AbandonAgainstPublish) {
  Kinds ends = kConflictOrTaken;
  ends.push_back(ErrorKind::kNotFound);  // nothing to abandon
  Scenario scenario = world_.Make(
      "abandon against publish",
      {world_.Driver(plan_), world_.Abandoner("a"), world_.Driver(plan_)}, {plan_}, ends);
  world_.LeaveDone(scenario, plan_);
  ExpectNoViolation(scenario);
}

TEST_F(ExploreLanding, RecoverAgainstPublish) {
  Scenario scenario = world_.Make(
      "recover against publish",
      {world_.Driver(plan_), world_.Recoverer(), world_.Recoverer()}, {plan_}, kConflict);
  world_.LeaveDone(scenario, plan_);
  ExpectNoViolation(scenario);
}

TEST_F(ExploreLanding, TwoDriversOfAJobThatMerges) {
  JobPlan plan = plan_;
  plan.merge_bytes = 1000;
  Scenario scenario =
      world_.Make("two drivers of a job that merges",
                  {world_.Driver(plan), world_.Driver(plan)}, {plan}, kConflict);
  world_.LeaveDone(scenario, plan);
  ExpectNoViolation(scenario);
}

TEST_F(ExploreLanding, AbandonAndRecoverAgainstAJobThatMerges) {
  JobPlan plan = plan_;
  plan.merge_bytes = 1000;
  Kinds ends = kConflictOrTaken;
  ends.push_back(ErrorKind::kNotFound);  // nothing to abandon
  Scenario scenario = world_.Make(
      "abandon and recover against a job that merges",
      {world_.Driver(plan), world_.Abandoner("a"), world_.Recoverer()}, {plan}, ends);
  world_.LeaveDone(scenario, plan);
  ExpectNoViolation(scenario);
}

TEST_F(ExploreLanding, GcAgainstDriversThatFinish) {
  LandingWorld world(1);
  const JobPlan plan = world.Plan("a");
  const GcOptions at_once = {.older_than_us = 0, .remove = true};
  ExpectNoViolation(
      world.Make("gc of everything against drivers",
                 {world.Driver(plan), world.Collector(at_once), world.Driver(plan)},
                 {plan}, kConflict));
}

TEST_F(ExploreLanding, GcOfUnfinishedJobsAgainstADriverAndItself) {
  LandingWorld world(1);
  const JobPlan plan = world.Plan("a");
  const GcOptions at_once = {
      .older_than_us = 0, .unfinished_older_than_us = 0, .remove = true};
  Scenario scenario =
      world.Make("two gcs of unfinished jobs against a driver",
                 {world.Driver(plan), world.Collector(at_once), world.Collector(at_once)},
                 {plan}, kConflict);
  world.LeaveDone(scenario, plan);
  ExpectNoViolation(scenario);
}

const Kinds kSwapEnds = {ErrorKind::kCommitConflict, ErrorKind::kAlreadyExists};

TEST_F(ExploreLanding, TwoDriversOfAJobThatOverwrites) {
  LandingWorld world(1);
  const JobPlan a = world.Plan("a", "m", PublishMode::kOverwrite);
  Scenario scenario = world.Make("two drivers of a job that overwrites",
                                 {world.Driver(a), world.Driver(a)}, {a}, kSwapEnds);
  world.LeavePublished(scenario, world.Plan("old"));
  world.LeaveDone(scenario, a);
  world.Swaps(scenario);
  ExpectNoViolation(scenario);
}

TEST_F(ExploreLanding, TwoJobsThatOverwrite) {
  LandingWorld world(1);
  const JobPlan a = world.Plan("a", "m", PublishMode::kOverwrite);
  const JobPlan b = world.Plan("b", "m", PublishMode::kOverwrite);
  Scenario scenario = world.Make("two jobs that overwrite",
                                 {world.Driver(a), world.Driver(b)}, {a, b}, kSwapEnds);
  world.LeavePublished(scenario, world.Plan("old"));
  world.LeaveDone(scenario, a);
  world.LeaveDone(scenario, b);
  world.Swaps(scenario);
  ExpectNoViolation(scenario);
}

TEST_F(ExploreLanding, OverwriteOfNothingAgainstNew) {
  LandingWorld world(1);
  const JobPlan a = world.Plan("a", "m", PublishMode::kOverwrite);
  const JobPlan b = world.Plan("b");
  Scenario scenario = world.Make("overwrite of nothing against new",
                                 {world.Driver(a), world.Driver(b)}, {a, b}, kSwapEnds);
  world.LeaveDone(scenario, a);
  world.LeaveDone(scenario, b);
  world.Swaps(scenario);
  ExpectNoViolation(scenario);
}

TEST_F(ExploreLanding, OverwriteAgainstNewInTheGap) {
  LandingWorld world(1);
  const JobPlan a = world.Plan("a", "m", PublishMode::kOverwrite);
  const JobPlan b = world.Plan("b");
  // The job of mode new is done before there is a dataset.
  Scenario scenario = world.Make("overwrite against new in the gap",
                                 {world.Driver(a), world.Driver(b)}, {a, b}, kSwapEnds);
  world.LeaveDone(scenario, b);
  world.LeavePublished(scenario, world.Plan("old"));
  world.LeaveDone(scenario, a);
  world.Swaps(scenario);
  ExpectNoViolation(scenario);
}

TEST_F(ExploreLanding, AbandonAgainstOverwrite) {
  LandingWorld world(1);
  const JobPlan a = world.Plan("a", "m", PublishMode::kOverwrite);
  Kinds ends = kSwapEnds;
  ends.push_back(ErrorKind::kNotFound);
  Scenario scenario =
      world.Make("abandon against overwrite",
                 {world.Driver(a), world.Abandoner("a"), world.Recoverer()}, {a}, ends);
  world.LeavePublished(scenario, world.Plan("old"));
  world.LeaveDone(scenario, a);
  world.Swaps(scenario);
  ExpectNoViolation(scenario);
}

TEST_F(ExploreLanding, RollbackAgainstOverwrite) {
  LandingWorld world(1);
  const JobPlan old = world.Plan("old");
  const JobPlan a = world.Plan("a", "m", PublishMode::kOverwrite);
  const JobPlan b = world.Plan("b", "m", PublishMode::kOverwrite);
  Kinds ends = kSwapEnds;
  ends.push_back(ErrorKind::kNotFound);
  Scenario scenario = world.Make(
      "rollback against overwrite and rollback",
      {world.Roller("old"), world.Driver(b), world.Roller("old")}, {old, b}, ends);
  world.LeavePublished(scenario, old);
  world.LeavePublished(scenario, a);
  world.LeaveDone(scenario, b);
  world.Swaps(scenario);
  ExpectNoViolation(scenario);
}

TEST_F(ExploreLanding, RollbackAgainstALateDriver) {
  LandingWorld world(1);
  const JobPlan a = world.Plan("a", "m", PublishMode::kOverwrite);
  Kinds ends = kSwapEnds;
  ends.push_back(ErrorKind::kNotFound);
  Scenario scenario = world.Make("rollback against late drivers",
                                 {world.Driver(a), world.Driver(a), world.Roller("old")},
                                 {world.Plan("old"), a}, ends);
  world.LeavePublished(scenario, world.Plan("old"));
  world.LeaveDone(scenario, a);
  world.Swaps(scenario);
  ExpectNoViolation(scenario);
}

TEST_F(ExploreLanding, TwoJobsThatAppend) {
  LandingWorld world(1);
  const JobPlan a = world.Plan("a", "m", PublishMode::kAppend);
  const JobPlan b = world.Plan("b", "m", PublishMode::kAppend);
  Scenario scenario = world.Make("two jobs that append",
                                 {world.Driver(a), world.Driver(b)}, {a, b}, kConflict);
  world.LeaveDone(scenario, a);
  world.LeaveDone(scenario, b);
  LandingWorld::Grows(scenario);
  ExpectNoViolation(scenario);
}

TEST_F(ExploreLanding, AppendAgainstNew) {
  LandingWorld world(1);
  const JobPlan a = world.Plan("a", "m", PublishMode::kAppend);
  const JobPlan b = world.Plan("b");
  Scenario scenario = world.Make("append against new",
                                 {world.Driver(a), world.Driver(b), world.Driver(a)},
                                 {a, b}, kConflictOrTaken);
  world.LeaveDone(scenario, a);
  world.LeaveDone(scenario, b);
  LandingWorld::Grows(scenario);
  ExpectNoViolation(scenario);
}

}  // namespace
}  // namespace howdah
