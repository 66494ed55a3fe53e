// One driver meets one misfortune at every call it makes to the file system, in turn: it
// dies there, an answer is lost there, or it is paused there while another driver does
// something else.

#include <gmock/gmock.h>

#include "commit/commit_test_support.h"

namespace howdah {
namespace {

using Kind = Fault::Kind;
using testing::HasSubstr;

class JobCrashTest : public CommitTest {
 protected:
  /// Drive the job in a process of its own, in which `fault` strikes at call `k`. Readers
  /// are asked before each call. \return nothing when the run made no such call.
  std::optional<Result<Ledger>> DriveWithFault(int64_t k, Fault fault,
                                               Restart restart = Restart::kNo) {
    FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
      CheckReadersView();
      if (call.index != k) return Fault{};
      struck_ = fmt::format("call {}: {} {} {}", k, call.name, call.path, call.target);
      struck_changes_names_ = call.changes_names;
      return fault;
    });
    struck_.clear();
    Result<Ledger> ledger = Drive(process, environment_, paths_, plan_, restart);
    if (process.calls() <= k) return std::nullopt;
    CheckReadersView();
    return ledger;
  }

  /// The same command again finishes the job, whatever was left behind.
  void FinishAndCheck() {
    const Result<Ledger> ledger = Drive(*fs_, environment_, paths_, plan_);
    ASSERT_TRUE(ledger.ok()) << ledger.status();
    CheckPublished("nightly", 1);
    // A run that finds the job published writes nothing: the rest of a clean-up is
    // Recover's.
    const auto recovered = Recover(*fs_, environment_, paths_);
    ASSERT_TRUE(recovered.ok()) << recovered.status();
    CheckTidy();
  }

  /// \return how many calls a run makes.
  int64_t FinishAfterACrashAtAnyCall() {
    int64_t k = 0;
    for (const Kind kind : {Kind::kCrashBefore, Kind::kCrashAfter}) {
      for (k = 0; DriveWithFault(k, {kind}).has_value(); ++k, Reset()) {
        SCOPED_TRACE(struck_);
        FinishAndCheck();
        if (HasFailure()) return k;
      }
      Reset();
    }
    return k;
  }

  /// One generation, over, without payload. What was being set up may be left in H/tmp.
  void CheckTidy() {
    for (const auto& [name, text] : Tree(*fs_, paths_.jobs())) {
      EXPECT_THAT(name, testing::MatchesRegex(
                            "nightly[.]1/(plan[.]json|FIN|sealed/(0000[012][.]json)?)?"));
    }
  }

  std::set<int64_t> CommittedSplits() {
    std::set<int64_t> splits;
    for (const char* directory : {"/done", "/sealed"}) {
      for (const auto& [name, text] : Tree(*fs_, paths_.work("nightly", 1) + directory)) {
        splits.insert(std::stoll(name));
      }
    }
    return splits;
  }

  std::string struck_;
  bool struck_changes_names_ = false;
};

TEST_F(JobCrashTest, AfterACrashAtAnyCallTheSameCommandFinishesTheJob) {
  EXPECT_GT(FinishAfterACrashAtAnyCall(), 50);
}

TEST_F(JobCrashTest, AfterACrashAtAnyCallTheSameCommandFinishesAJobThatMerges) {
  plan_.merge_bytes = 1000;
  EXPECT_GT(FinishAfterACrashAtAnyCall(), 60);
}

TEST_F(JobCrashTest, CommittedSplitsAreNotScoredAgainAfterACrashAtAnyCall) {
  for (int64_t k = 0; DriveWithFault(k, {Kind::kCrashAfter}).has_value(); ++k, Reset()) {
    SCOPED_TRACE(struck_);
    const std::set<int64_t> committed = CommittedSplits();
    const auto job = MustOpen(plan_);
    const std::vector<int64_t> missing = job->MissingSplits().ValueOrDie();
    for (const int64_t split : missing) EXPECT_FALSE(committed.contains(split));
    if (!job->published()) {
      EXPECT_EQ(missing.size() + committed.size(), 2u);
    }
  }
}

TEST_F(JobCrashTest, AfterCrashesAtAnyTwoCallsTheSameCommandFinishesTheJob) {
  for (int64_t first = 0; DriveWithFault(first, {Kind::kCrashAfter});
       first += 3, Reset()) {
    const std::string first_struck = struck_;
    for (int64_t second = 0;; second += 2) {
      if (second > 0) {
        Reset();
        DriveWithFault(first, {Kind::kCrashAfter});
      }
      if (!DriveWithFault(second, {Kind::kCrashAfter})) break;
      SCOPED_TRACE(first_struck + ", then " + struck_);
      FinishAndCheck();
      if (HasFailure()) return;
    }
  }
}

TEST_F(JobCrashTest, RecoverFinishesWhatWasSealedAndLeavesTheRestToTheSameCommand) {
  bool finished_some = false;
  for (int64_t k = 0; DriveWithFault(k, {Kind::kCrashBefore}).has_value(); ++k, Reset()) {
    SCOPED_TRACE(struck_);
    const std::string work = paths_.work("nightly", 1);
    const bool begun = Exists(*fs_, work + "/plan.json").ValueOrDie();
    const bool over = Exists(*fs_, work + "/FIN").ValueOrDie();
    const bool sealed = Exists(*fs_, work + "/sealed").ValueOrDie();
    const auto report = Recover(*fs_, environment_, paths_);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->finished.size(), sealed && !over ? 1u : 0u);
    EXPECT_EQ(report->unfinished.size(), begun && !sealed ? 1u : 0u);
    EXPECT_TRUE(report->conflicts.empty());
    if (sealed) {
      CheckPublished("nightly", 1);
      CheckTidy();
      finished_some = true;
    }
    const auto again = Recover(*fs_, environment_, paths_);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_TRUE(again->finished.empty());
    FinishAndCheck();
    if (HasFailure()) return;
  }
  EXPECT_TRUE(finished_some);
}

TEST_F(JobCrashTest, ALostAnswerOfAnyCallThatChangesNamesDoesNotEvenStopTheRun) {
  for (const Kind kind : {Kind::kLostAnswer, Kind::kLostRequest}) {
    for (int64_t k = 0;; ++k, Reset()) {
      const auto ledger = DriveWithFault(k, {kind});
      if (!ledger) break;
      SCOPED_TRACE(struck_);
      if (struck_changes_names_) {
        EXPECT_TRUE(ledger->ok()) << ledger->status();
      }
      FinishAndCheck();
      if (HasFailure()) return;
    }
    Reset();
  }
}

TEST_F(JobCrashTest, AFailureOfAnyCallIsSaidOrOvercomeAndTheSameCommandFinishesTheJob) {
  for (const ErrorKind error : {ErrorKind::kTransient, ErrorKind::kResourceExhausted,
                                ErrorKind::kPermissionDenied, ErrorKind::kInternal}) {
    for (int64_t k = 0;; ++k, Reset()) {
      const auto ledger = DriveWithFault(k, {Kind::kFail, error});
      if (!ledger) break;
      SCOPED_TRACE(struck_);
      if (!ledger->ok()) {
        EXPECT_EQ(KindOf(ledger->status()), error) << ledger->status();
      }
      const auto recovered = Recover(*fs_, environment_, paths_);
      ASSERT_TRUE(recovered.ok()) << recovered.status();
      FinishAndCheck();
      if (HasFailure()) return;
    }
    Reset();
  }
}

TEST_F(JobCrashTest, APublishWhoseAnswersAreAllLostIsNotGuessed) {
  for (const Kind kind : {Kind::kLostAnswer, Kind::kLostRequest}) {
    bool renamed = false;
    FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
      renamed = renamed || call.target == paths_.dataset;
      return renamed ? Fault{call.target.empty() ? Kind::kFail : kind} : Fault{};
    });
    const Status unknown = Drive(process, environment_, paths_, plan_).status();
    EXPECT_TRUE(Is(unknown, ErrorKind::kCommitStateUnknown)) << unknown;
    EXPECT_THAT(unknown.message(), HasSubstr("howdah recover /lake/out"));
    const auto report = Recover(*fs_, environment_, paths_);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->finished.size(), 1u);
    FinishAndCheck();
    Reset();
  }
}

TEST_F(JobCrashTest, AFileThatIsMovedBetweenTwoLooksIsNotTakenForTwo) {
  std::string from, to;
  FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
    if (from.empty() && call.name == "Rename" && call.target.ends_with(".dat")) {
      from = call.path;
      to = call.target;
      return Fault{Kind::kLostRequest};
    }
    // The source was seen; now the request arrives, late, or another driver moves it.
    if (call.name == "Stat" && call.path == to) {
      EXPECT_TRUE(fs_->Rename(from, to, IfExists::kFail).ok());
    }
    return Fault{};
  });
  const auto ledger = Drive(process, environment_, paths_, plan_);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  CheckPublished("nightly", 1);
}

TEST_F(JobCrashTest, AJobThatEndsWhileItIsOpenedIsLookedAtAgain) {
  for (const char* looks_at : {"/plan.json", "/done"}) {
    Reset();
    MustCommit(*MustOpen(plan_), 0);
    bool abandoned = false;
    FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
      if (!abandoned && call.path.ends_with(looks_at) && call.name != "Stat") {
        abandoned = Abandon(*fs_, environment_, paths_, "nightly").ok();
        EXPECT_TRUE(fs_->DeleteTree(paths_.work("nightly", 1) + "/plan.json").ok());
      }
      return Fault{};
    });
    const auto job = Job::Open(process, environment_, paths_, plan_, Restart::kNo);
    ASSERT_TRUE(job.ok()) << looks_at << job.status();
    EXPECT_TRUE(abandoned);
    EXPECT_EQ((*job)->generation(), 2);
  }
}

/// Pauses a driver at each of its calls in turn, lets `meanwhile` happen there, and lets
/// the driver go on.
class JobZombieTest : public JobCrashTest {
 protected:
  void PauseAtEveryCall(const std::function<void()>& meanwhile,
                        const std::function<void(const Result<Ledger>&)>& check) {
    int64_t k = 0;
    for (;; ++k, Reset()) {
      FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
        if (call.index == k) {
          struck_ = fmt::format("paused at call {}: {} {} {}", k, call.name, call.path,
                                call.target);
          SCOPED_TRACE(struck_);
          meanwhile();
          changes_after_.clear();
        } else if (call.index > k && call.changes_names) {
          changes_after_.push_back(fmt::format("{} {}", call.name, call.path));
        }
        return Fault{};
      });
      const Result<Ledger> ledger = Drive(process, environment_, paths_, plan_);
      if (process.calls() <= k) break;
      SCOPED_TRACE(struck_);
      check(ledger);
      if (HasFailure()) return;
    }
    EXPECT_GT(k, 50);
  }

  std::vector<std::string> changes_after_;
};

TEST_F(JobZombieTest, AnotherDriverThatFinishesTheJobMeanwhileChangesNothingInTheResult) {
  PauseAtEveryCall(
      [&] {
        const auto other = Drive(*fs_, environment_, paths_, plan_);
        EXPECT_TRUE(other.ok()) << other.status();
        CheckPublished("nightly", 1);
      },
      [&](const Result<Ledger>& ledger) {
        // A task that was paused may be told that there is nothing left to do.
        if (ledger.ok()) {
          EXPECT_EQ(ToJson(*ledger), Get("/lake/out/.howdah-ledger"));
        } else {
          EXPECT_TRUE(Is(ledger.status(), ErrorKind::kCommitConflict)) << ledger.status();
        }
        CheckPublished("nightly", 1);
        FinishAndCheck();
      });
}

TEST_F(JobZombieTest, RecoverMayRunAtAnyTime) {
  PauseAtEveryCall(
      [&] {
        const auto report = Recover(*fs_, environment_, paths_);
        EXPECT_TRUE(report.ok()) << report.status();
      },
      [&](const Result<Ledger>& ledger) {
        ASSERT_TRUE(ledger.ok()) << ledger.status();
        CheckPublished("nightly", 1);
        CheckTidy();
      });
}

TEST_F(JobZombieTest, ADriverThatIsWithdrawnMeanwhileNeverPublishes) {
  bool restarted = false;
  PauseAtEveryCall(
      [&] {
        const auto other = Drive(*fs_, environment_, paths_, MakePlan("nightly", kModelB),
                                 Restart::kYes);
        restarted = other.ok();
        if (!restarted) {
          // The dataset was there: it stays.
          EXPECT_FALSE(Tree(*fs_, paths_.dataset).empty()) << other.status();
        }
      },
      [&](const Result<Ledger>& ledger) {
        const auto there = ReadLedger(*fs_, paths_.dataset);
        ASSERT_TRUE(there.ok()) << there.status();
        EXPECT_EQ(there->plan.semantic, restarted ? kModelB : kModelA);
        EXPECT_EQ(ledger.ok(), !restarted);
        CheckPublished("nightly", there->generation);
      });
}

TEST_F(JobZombieTest, ADriverThatWakesAfterALaterGenerationLeavesItAlone) {
  std::map<std::string, std::string> lake;
  bool later_generation = false;
  PauseAtEveryCall(
      [&] {
        ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
        ASSERT_TRUE(fs_->DeleteTree(paths_.dataset).ok());
        ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
        later_generation = true;
        lake = Tree(*fs_, paths_.dataset);
      },
      [&](const Result<Ledger>& ledger) {
        EXPECT_TRUE(later_generation);
        EXPECT_EQ(Tree(*fs_, paths_.dataset), lake);
        // Ok where the driver had not yet looked, or had published before its pause.
        if (!ledger.ok()) {
          EXPECT_TRUE(Is(ledger.status(), ErrorKind::kCommitConflict)) << ledger.status();
        }
        for (const auto& [name, text] : Tree(*fs_, paths_.jobs())) {
          EXPECT_THAT(name, testing::Not(HasSubstr("done"))) << "made again";
        }
        EXPECT_EQ(LookAtJob(*fs_, paths_, plan_, Restart::kNo)->state,
                  JobState::kPublished);
      });
}

TEST_F(JobZombieTest, AnotherJobThatPublishesMeanwhileIsNotTouched) {
  std::map<std::string, std::string> before;
  PauseAtEveryCall(
      [&] {
        const auto other = Drive(*fs_, environment_, paths_, MakePlan("other"));
        before = Tree(*fs_, paths_.dataset);
        if (!other.ok()) {
          EXPECT_TRUE(Is(other.status(), ErrorKind::kAlreadyExists)) << other.status();
        }
      },
      [&](const Result<Ledger>& ledger) {
        EXPECT_EQ(Tree(*fs_, paths_.dataset), before);
        if (ledger.ok()) {
          CheckPublished("nightly", 1);
          return;
        }
        CheckPublished("other", 1);
        EXPECT_TRUE(Is(ledger.status(), ErrorKind::kCommitConflict) ||
                    Is(ledger.status(), ErrorKind::kAlreadyExists))
            << ledger.status();
        EXPECT_THAT(ledger.status().message(), HasSubstr("job 'other'"));
        const Status again = Drive(*fs_, environment_, paths_, plan_).status();
        EXPECT_TRUE(Is(again, ErrorKind::kAlreadyExists)) << again;
      });
}

TEST_F(JobZombieTest, RestartMayCrashAnywhereAndTheNextRunGoesOn) {
  for (int64_t k = 0;; ++k, Reset()) {
    ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
    ASSERT_TRUE(fs_->DeleteTree(paths_.dataset).ok());
    MustCommit(*MustOpen(plan_), 0);  // generation 2 is begun
    FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
      CheckReadersView({"nightly.3"});
      return call.index == k ? Fault{Kind::kCrashAfter} : Fault{};
    });
    struck_ = fmt::format("call {}", k);
    SCOPED_TRACE(struck_);
    const auto run = Drive(process, environment_, paths_, plan_, Restart::kYes);
    if (process.calls() <= k) break;
    const auto next = Drive(*fs_, environment_, paths_, plan_);
    ASSERT_TRUE(next.ok()) << next.status();
    // Before the withdrawal took place the next run resumes generation 2.
    CheckPublished("nightly", next->generation);
    EXPECT_GE(next->generation, 2);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace howdah
