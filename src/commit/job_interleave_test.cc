// Two processes that take turns at their calls to the file system: the first runs to its
// call i, then the second to its call j, then the first to its end, then the second; for
// all i and j.

#include <gmock/gmock.h>

#include <condition_variable>
#include <thread>

#include "commit/commit_test_support.h"

namespace howdah {
namespace {

using Body = std::function<Status(FileSystem&)>;

/// Lets one of two threads run at a time.
class Turns {
 public:
  void AwaitTurn(int actor) {
    std::unique_lock lock(mutex_);
    turned_.wait(lock, [&] { return turn_ == actor || done_[1 - actor]; });
  }
  void PassTurn(int actor) {
    {
      std::lock_guard lock(mutex_);
      turn_ = 1 - actor;
    }
    turned_.notify_all();
    AwaitTurn(actor);
  }
  void Finish(int actor) {
    {
      std::lock_guard lock(mutex_);
      done_[actor] = true;
    }
    turned_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable turned_;
  int turn_ = 0;
  bool done_[2] = {false, false};
};

class JobInterleaveTest : public CommitTest {
 protected:
  struct Outcomes {
    Status first, second;
  };

  /// `i` grows by `step`; `check` is asked after each schedule.
  void Explore(int64_t step, const Body& first, const Body& second,
               const std::vector<std::string>& readers_may_see,
               const std::function<void(const Outcomes&)>& check) {
    int64_t schedules = 0;
    bool first_was_paused = true;
    for (int64_t i = 0; first_was_paused; i += step) {
      bool second_was_paused = true;
      for (int64_t j = 0; first_was_paused && second_was_paused; ++j, Reset()) {
        SCOPED_TRACE(fmt::format("first paused at call {}, second at {}", i, j));
        const Outcomes outcomes = Run({i, j}, {first, second}, readers_may_see,
                                      first_was_paused, second_was_paused);
        CheckReadersView(readers_may_see);
        check(outcomes);
        if (HasFailure()) return;
        ++schedules;
      }
    }
    EXPECT_GT(schedules, 200);
  }

 private:
  Outcomes Run(std::array<int64_t, 2> pause_at, const std::array<Body, 2>& bodies,
               const std::vector<std::string>& readers_may_see, bool& first_was_paused,
               bool& second_was_paused) {
    Turns turns;
    std::array<Status, 2> statuses;
    std::array<bool, 2> paused = {false, false};
    const auto act = [&](size_t actor) {
      const int number = static_cast<int>(actor);
      turns.AwaitTurn(number);
      FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
        CheckReadersView(readers_may_see);
        if (call.index == pause_at[actor]) {
          paused[actor] = true;
          turns.PassTurn(number);
        }
        return Fault{};
      });
      statuses[actor] = bodies[actor](process);
      turns.Finish(number);
    };
    std::thread one(act, 0), two(act, 1);
    one.join();
    two.join();
    first_was_paused = paused[0];
    second_was_paused = paused[1];
    return {statuses[0], statuses[1]};
  }

 protected:
  Body Driver(const JobPlan& plan, Restart restart = Restart::kNo) {
    return [this, plan, restart](FileSystem& fs) {
      return Drive(fs, environment_, paths_, plan, restart).status();
    };
  }
  std::string Holder() {
    const auto ledger = ReadLedger(*fs_, paths_.dataset);
    if (!ledger.ok()) return "";
    return fmt::format("{}.{}", ledger->job_id, ledger->generation);
  }
  static bool IsConflict(const Status& status) {
    return Is(status, ErrorKind::kCommitConflict);
  }
};

TEST_F(JobInterleaveTest, TwoDriversOfOneJobPublishItOnce) {
  Explore(7, Driver(plan_), Driver(plan_), {"nightly.1"}, [&](const Outcomes& outcomes) {
    EXPECT_TRUE(outcomes.first.ok() || IsConflict(outcomes.first)) << outcomes.first;
    EXPECT_TRUE(outcomes.second.ok() || IsConflict(outcomes.second)) << outcomes.second;
    EXPECT_TRUE(outcomes.first.ok() || outcomes.second.ok());
    CheckPublished("nightly", 1);
    EXPECT_TRUE(ListUnfinished(*fs_, paths_)->empty());
  });
}

TEST_F(JobInterleaveTest, OfTwoJobsOneIsPublishedAndTheOtherIsTold) {
  Explore(13, Driver(plan_), Driver(MakePlan("other")), {"nightly.1", "other.1"},
          [&](const Outcomes& outcomes) {
            EXPECT_NE(outcomes.first.ok(), outcomes.second.ok());
            EXPECT_EQ(Holder(), outcomes.first.ok() ? "nightly.1" : "other.1");
            const Status& loser = outcomes.first.ok() ? outcomes.second : outcomes.first;
            EXPECT_TRUE(IsConflict(loser) || Is(loser, ErrorKind::kAlreadyExists))
                << loser;
          });
}

TEST_F(JobInterleaveTest, ARestartWithdrawsTheOtherDriverOrFindsTheDataset) {
  Explore(13, Driver(plan_), Driver(MakePlan("nightly", kModelB), Restart::kYes),
          {"nightly.1", "nightly.2"}, [&](const Outcomes& outcomes) {
            const auto ledger = ReadLedger(*fs_, paths_.dataset);
            ASSERT_TRUE(ledger.ok()) << outcomes.first << outcomes.second;
            EXPECT_NE(outcomes.first.ok(), outcomes.second.ok())
                << outcomes.first << outcomes.second;
            EXPECT_EQ(ledger->plan.semantic, outcomes.first.ok() ? kModelA : kModelB);
            CheckPublished("nightly", ledger->generation);
          });
}

TEST_F(JobInterleaveTest, RecoverBesideADriverHelpsOrStaysAside) {
  const Body recover = [&](FileSystem& fs) {
    return Recover(fs, environment_, paths_).status();
  };
  Explore(5, Driver(plan_), recover, {"nightly.1"}, [&](const Outcomes& outcomes) {
    EXPECT_TRUE(outcomes.first.ok()) << outcomes.first;
    EXPECT_TRUE(outcomes.second.ok()) << outcomes.second;
    CheckPublished("nightly", 1);
  });
}

TEST_F(JobInterleaveTest, AbandonBesideADriverEndsItOrComesTooLate) {
  const Body abandon = [&](FileSystem& fs) {
    return Abandon(fs, environment_, paths_, "nightly");
  };
  Explore(2, Driver(plan_), abandon, {"nightly.1"}, [&](const Outcomes& outcomes) {
    EXPECT_EQ(outcomes.first.ok(), Holder() == "nightly.1") << outcomes.first;
    EXPECT_NE(outcomes.first.ok(), outcomes.second.ok()) << outcomes.second;
    if (!outcomes.first.ok()) {
      EXPECT_TRUE(IsConflict(outcomes.first)) << outcomes.first;
      ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
      CheckPublished("nightly", 2);
    }
  });
}

}  // namespace
}  // namespace howdah
