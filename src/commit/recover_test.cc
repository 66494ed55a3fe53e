#include <gmock/gmock.h>

#include "commit/commit_test_support.h"

namespace howdah {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class RecoverTest : public CommitTest {
 protected:
  /// A job that died right after its seal.
  void LeaveSealed(const std::string& job_id) {
    auto job = MustOpen(MakePlan(job_id));
    MustCommit(*job, 0);
    MustCommit(*job, 1);
    const std::string work = paths_.work(job_id, 1);
    ASSERT_TRUE(fs_->Rename(work + "/done", work + "/sealed", IfExists::kFail).ok());
  }
};

TEST_F(RecoverTest, WithoutHistoryThereIsNothingToDo) {
  const auto report = Recover(*fs_, environment_, paths_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->finished, IsEmpty());
  EXPECT_THAT(report->unfinished, IsEmpty());
  EXPECT_THAT(*ListUnfinished(*fs_, paths_), IsEmpty());
  EXPECT_THAT(Tree(*fs_, "/lake"), IsEmpty());
}

TEST_F(RecoverTest, ASealedJobIsPublishedAndTheLedgerSaysByWhom) {
  LeaveSealed("nightly");
  const auto report = Recover(*fs_, environment_, paths_);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->finished.size(), 1u);
  EXPECT_EQ(report->finished[0].run, R"({"recovered":true})");
  CheckPublished("nightly", 1);
  EXPECT_TRUE(MustOpen(plan_)->published());
}

TEST_F(RecoverTest, OfTwoSealedJobsOneIsPublishedAndTheOtherIsAConflict) {
  LeaveSealed("a");
  LeaveSealed("b");
  const auto report = Recover(*fs_, environment_, paths_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->finished.size(), 1u);
  ASSERT_EQ(report->conflicts.size(), 1u);
  EXPECT_THAT(report->conflicts[0], HasSubstr("published first by job 'a'"));
  CheckPublished("a", 1);
  EXPECT_THAT(*ListUnfinished(*fs_, paths_), IsEmpty());
}

TEST_F(RecoverTest, AnUnfinishedJobIsListedWithWhatIsDone) {
  const int64_t before_us = environment_.NowMicros();
  MustCommit(*MustOpen(plan_), 1);
  for (const auto& unfinished :
       {Recover(*fs_, environment_, paths_)->unfinished, *ListUnfinished(*fs_, paths_)}) {
    ASSERT_EQ(unfinished.size(), 1u);
    EXPECT_EQ(unfinished[0].job_id, "nightly");
    EXPECT_EQ(unfinished[0].generation, 1);
    EXPECT_EQ(unfinished[0].splits_done, 1);
    EXPECT_EQ(unfinished[0].splits_total, 2);
    EXPECT_FALSE(unfinished[0].publishing);
    EXPECT_GT(unfinished[0].created_us, before_us);
    EXPECT_LT(unfinished[0].created_us, environment_.NowMicros());
  }
  EXPECT_THAT(Tree(*fs_, paths_.dataset), IsEmpty());
}

TEST_F(RecoverTest, ASealedJobIsListedAsPublishing) {
  LeaveSealed("nightly");
  const auto unfinished = ListUnfinished(*fs_, paths_);
  ASSERT_TRUE(unfinished.ok()) << unfinished.status();
  ASSERT_EQ(unfinished->size(), 1u);
  EXPECT_TRUE((*unfinished)[0].publishing);
}

TEST_F(RecoverTest, AJobWhoseSplitsAreAllDoneIsNotPublishedUnlessItsRunSaidSo) {
  auto job = MustOpen(plan_);
  MustCommit(*job, 0);
  MustCommit(*job, 1);
  const auto report = Recover(*fs_, environment_, paths_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->unfinished.size(), 1u);
  EXPECT_THAT(Tree(*fs_, paths_.dataset), IsEmpty());
}

TEST_F(RecoverTest, AbandonWithdrawsTheJobForGood) {
  LeaveSealed("nightly");
  ASSERT_TRUE(Abandon(*fs_, environment_, paths_, "nightly").ok());
  EXPECT_THAT(*ListUnfinished(*fs_, paths_), IsEmpty());
  EXPECT_THAT(Recover(*fs_, environment_, paths_)->finished, IsEmpty());
  EXPECT_THAT(Tree(*fs_, paths_.dataset), IsEmpty());
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
  CheckPublished("nightly", 2);
}

TEST_F(RecoverTest, AbandonOfAnUnknownJobListsTheUnfinishedOnes) {
  MustOpen(MakePlan("monday"));
  MustOpen(MakePlan("tuesday"));
  const Status refused = Abandon(*fs_, environment_, paths_, "sunday");
  EXPECT_TRUE(Is(refused, ErrorKind::kNotFound)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("'monday', 'tuesday'"));
}

TEST_F(RecoverTest, AbandonMayCrashAnywhereAndBeRepeated) {
  for (int64_t k = 0;; ++k, Reset()) {
    LeaveSealed("nightly");
    FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
      return call.index == k ? Fault{Fault::Kind::kCrashAfter} : Fault{};
    });
    static_cast<void>(Abandon(process, environment_, paths_, "nightly"));
    if (process.calls() <= k) break;
    const Status again = Abandon(*fs_, environment_, paths_, "nightly");
    EXPECT_TRUE(again.ok() || Is(again, ErrorKind::kNotFound)) << again;
    EXPECT_THAT(Tree(*fs_, paths_.dataset), IsEmpty());
    ASSERT_TRUE(Recover(*fs_, environment_, paths_).ok());
    EXPECT_THAT(Tree(*fs_, paths_.work("nightly", 1) + "/att"), IsEmpty());
    ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
    CheckPublished("nightly", 2);
  }
}

TEST_F(RecoverTest, NamesThatNoJobHasAreLeftAlone) {
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
  for (const char* name : {"README", "nightly.x", "nightly.01", ".1", "a=b.1"}) {
    Put(paths_.jobs() + "/" + name, "");
  }
  ASSERT_TRUE(Recover(*fs_, environment_, paths_).ok());
  EXPECT_EQ(Get(paths_.jobs() + "/README"), "");
}

}  // namespace
}  // namespace howdah
