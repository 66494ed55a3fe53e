#include "commit/gc.h"

#include <gmock/gmock.h>

#include "commit/commit_test_support.h"

namespace howdah {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kDayUs = int64_t{24} * 3600 * 1'000'000;

class GcTest : public CommitTest {
 protected:
  GcReport Collect(GcOptions options) {
    auto report = CollectGarbage(*fs_, environment_, paths_, options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : GcReport();
  }
  /// The one item about `path`.
  static GcItem ItemOf(const GcReport& report, const std::string& path) {
    std::vector<GcItem> found;
    for (const GcItem& item : report.items) {
      if (item.path == path) found.push_back(item);
    }
    EXPECT_EQ(found.size(), 1u) << path;
    return found.empty() ? GcItem() : found[0];
  }
  void MustDrive(const JobPlan& plan) {
    const auto ledger = Drive(*fs_, environment_, paths_, plan);
    ASSERT_TRUE(ledger.ok()) << ledger.status();
  }
  std::map<std::string, std::string> Staging() { return Tree(*fs_, paths_.staging); }

  const GcOptions now_ = {.older_than_us = 0, .remove = true};
  const std::string work_ = paths_.work("nightly", 1);
};

TEST_F(GcTest, WithoutStagingThereIsNothingToDo) {
  EXPECT_THAT(Collect(now_).items, IsEmpty());
  EXPECT_THAT(Tree(*fs_, "/lake"), IsEmpty());
}

TEST_F(GcTest, TheHistoryOfAFinishedJobStaysForItsTimeAndThenGoes) {
  MustDrive(plan_);
  const auto before = Staging();
  GcItem item = ItemOf(Collect({.remove = true}), work_);
  EXPECT_EQ(item.kind, GcKind::kHistory);
  EXPECT_FALSE(item.due);
  EXPECT_FALSE(item.removed);
  EXPECT_THAT(item.kept, HasSubstr("kept until 168 h"));
  EXPECT_GT(item.bytes, 0);
  EXPECT_EQ(Staging(), before);

  environment_.Advance(6 * kDayUs);
  EXPECT_FALSE(ItemOf(Collect({.remove = true}), work_).due);
  environment_.Advance(kDayUs + 1);
  item = ItemOf(Collect({.remove = true}), work_);
  EXPECT_TRUE(item.due);
  EXPECT_TRUE(item.removed);
  EXPECT_EQ(item.kept, "");
  EXPECT_GE(item.age_us, 7 * kDayUs);
  EXPECT_THAT(Tree(*fs_, paths_.jobs()), IsEmpty());
  EXPECT_THAT(Tree(*fs_, paths_.tmp()), IsEmpty());
  CheckPublished("nightly", 1);
  EXPECT_THAT(Collect(now_).items, IsEmpty());
}

TEST_F(GcTest, ADryRunSaysTheSameAndTouchesNothing) {
  MustDrive(plan_);
  ASSERT_TRUE(fs_->CreateDirectory(paths_.tmp() + "/0123456789abcdef").ok());
  Put(paths_.tmp() + "/0123456789abcdef/plan.json", "{}");
  const auto before = Tree(*fs_, "/lake");
  const GcReport dry = Collect({.older_than_us = 0});
  EXPECT_EQ(Tree(*fs_, "/lake"), before);
  const GcReport wet = Collect(now_);
  ASSERT_EQ(dry.items.size(), 2u);
  ASSERT_EQ(wet.items.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(dry.items[i].path, wet.items[i].path);
    EXPECT_EQ(dry.items[i].bytes, wet.items[i].bytes);
    EXPECT_TRUE(dry.items[i].due);
    EXPECT_FALSE(dry.items[i].removed);
    EXPECT_TRUE(wet.items[i].removed);
  }
}

TEST_F(GcTest, AJobWithoutHistoryIsStillDoneWhereTheDatasetShowsIt) {
  MustDrive(plan_);
  Collect(now_);
  const auto before = Tree(*fs_, "/lake");
  const auto status = LookAtJob(*fs_, paths_, plan_, Restart::kNo);
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->state, JobState::kPublished);
  MustDrive(plan_);
  EXPECT_EQ(Tree(*fs_, "/lake"), before);
}

TEST_F(GcTest, TheNumberOfARemovedGenerationIsNotGivenAgain) {
  MustDrive(plan_);
  Collect(now_);
  ASSERT_TRUE(fs_->DeleteTree(paths_.dataset).ok());
  MustDrive(plan_);
  CheckPublished("nightly", 2);
  Collect(now_);
  ASSERT_TRUE(fs_->DeleteTree(paths_.dataset).ok());
  EXPECT_THAT(Tree(*fs_, paths_.retired()),
              testing::ElementsAre(testing::Pair("nightly.2/", "")));
  MustDrive(MakePlan("other"));
  CheckPublished("other", 1);
}

TEST_F(GcTest, AnUnfinishedJobIsNeverTouchedUnlessAskedFor) {
  auto job = MustOpen(plan_);
  MustCommit(*job, 0);
  environment_.Advance(1000 * kDayUs);
  const auto before = Staging();
  GcItem item = ItemOf(Collect(now_), work_);
  EXPECT_EQ(item.kind, GcKind::kUnfinished);
  EXPECT_FALSE(item.due);
  EXPECT_GE(item.age_us, 1000 * kDayUs);
  EXPECT_THAT(item.kept, HasSubstr("unfinished, unchanged for 24000 h"));
  EXPECT_THAT(item.kept, HasSubstr("--abandon"));
  GcOptions options = now_;
  options.unfinished_older_than_us = 1001 * kDayUs;
  EXPECT_FALSE(ItemOf(Collect(options), work_).due);
  EXPECT_EQ(Staging(), before);
  MustCommit(*job, 1);
  ASSERT_TRUE(job->Publish("{}").ok());
}

TEST_F(GcTest, AnUnfinishedJobPastItsTimeIsWithdrawnAndItsHistoryKept) {
  auto job = MustOpen(plan_);
  MustCommit(*job, 0);
  MustCommit(*job, 1);
  environment_.Advance(31 * kDayUs);
  const GcOptions options = {.unfinished_older_than_us = 30 * kDayUs, .remove = true};
  GcOptions dry = options;
  dry.remove = false;
  EXPECT_TRUE(ItemOf(Collect(dry), work_).due);
  EXPECT_EQ(ListUnfinished(*fs_, paths_)->size(), 1u);
  EXPECT_TRUE(ItemOf(Collect(options), work_).removed);
  EXPECT_THAT(*ListUnfinished(*fs_, paths_), IsEmpty());
  EXPECT_THAT(Get(work_ + "/FIN"), HasSubstr("abandoned"));
  EXPECT_TRUE(Is(job->Publish("{}").status(), ErrorKind::kCommitConflict));
  EXPECT_EQ(ItemOf(Collect(options), work_).kind, GcKind::kHistory);
  MustDrive(plan_);
  CheckPublished("nightly", 2);
}

TEST_F(GcTest, WorkInAnUnfinishedJobMakesItYoung) {
  auto job = MustOpen(plan_);
  environment_.Advance(31 * kDayUs);
  MustCommit(*job, 0);
  const GcOptions options = {.unfinished_older_than_us = 30 * kDayUs, .remove = true};
  EXPECT_FALSE(ItemOf(Collect(options), work_).due);
}

TEST_F(GcTest, WhatADeadSetUpLeftGoesByTheAgeOfItsNewestPart) {
  MustOpen(plan_);
  const std::string left = paths_.tmp() + "/00000000000000aa";
  ASSERT_TRUE(fs_->CreateDirectory(left).ok());
  ASSERT_TRUE(fs_->CreateDirectory(left + "/done").ok());
  environment_.Advance(5 * kDayUs);
  Put(left + "/done/x", "new");
  environment_.Advance(5 * kDayUs);
  EXPECT_FALSE(ItemOf(Collect({.remove = true}), left).due);
  environment_.Advance(3 * kDayUs);
  EXPECT_TRUE(ItemOf(Collect({.remove = true}), left).removed);
  EXPECT_THAT(Tree(*fs_, paths_.tmp()), IsEmpty());
}

TEST_F(GcTest, UnknownNamesAreListedAndNeverTouched) {
  MustDrive(plan_);
  const std::vector<std::string> unknown = {
      paths_.staging + "/logs", paths_.tmp() + "/nightly",
      paths_.jobs() + "/nightly.1.old", paths_.jobs() + "/nightly.01",
      paths_.jobs() + "/nightly"};
  for (const std::string& path : unknown) {
    ASSERT_TRUE(fs_->CreateDirectory(path).ok());
    Put(path + "/FIN", Get(work_ + "/FIN"));
  }
  Put(paths_.jobs() + "/nightly.7", "a file");
  environment_.Advance(1000 * kDayUs);
  GcOptions options = now_;
  options.unfinished_older_than_us = 0;
  const GcReport report = Collect(options);
  for (const std::string& path : unknown) {
    EXPECT_EQ(ItemOf(report, path).kind, GcKind::kUnknown);
    EXPECT_THAT(ItemOf(report, path).kept, HasSubstr("not touched"));
    EXPECT_EQ(Tree(*fs_, path).size(), 1u);
  }
  EXPECT_EQ(ItemOf(report, paths_.jobs() + "/nightly.7").kind, GcKind::kUnknown);
  EXPECT_EQ(Get(paths_.jobs() + "/nightly.7"), "a file");
}

TEST_F(GcTest, WithoutFinAHistoryStaysAndAnUnreadableOneDoesNotStopTheRest) {
  MustDrive(plan_);
  MustDrive(plan_);
  const std::string other = paths_.work("a", 1), newer = paths_.work("b", 1);
  for (const std::string& path : {other, newer}) {
    ASSERT_TRUE(fs_->CreateDirectory(path).ok());
    Put(path + "/plan.json", "{}");
  }
  Put(newer + "/FIN", R"({"format_version":2})");
  const GcReport report = Collect(now_);
  EXPECT_THAT(ItemOf(report, other).kept, HasSubstr("howdah recover"));
  EXPECT_THAT(ItemOf(report, newer).kept, HasSubstr("newer Howdah"));
  EXPECT_TRUE(ItemOf(report, work_).removed);
  EXPECT_TRUE(Exists(*fs_, other + "/plan.json").ValueOrDie());
  EXPECT_TRUE(Exists(*fs_, newer + "/plan.json").ValueOrDie());
}

/// A lake in which something of every kind is due.
class GcCrashTest : public GcTest {
 protected:
  void Fill() {
    Reset();
    MustDrive(plan_);
    ASSERT_TRUE(fs_->DeleteTree(paths_.dataset).ok());
    MustDrive(plan_);
    MustCommit(*MustOpenOther(), 0);
    ASSERT_TRUE(fs_->CreateDirectory(paths_.tmp() + "/00000000000000aa").ok());
    Put(paths_.tmp() + "/00000000000000aa/plan.json", "{}");
  }
  void CheckAllCollected() {
    CheckPublished("nightly", 2);
    EXPECT_THAT(Tree(*fs_, paths_.jobs()), IsEmpty());
    EXPECT_THAT(Tree(*fs_, paths_.tmp()), IsEmpty());
    EXPECT_GE(Tree(*fs_, paths_.retired()).size(), 2u);
    EXPECT_EQ(LookAtJob(*fs_, paths_, plan_, Restart::kNo)->state, JobState::kPublished);
    ASSERT_TRUE(fs_->DeleteTree(paths_.dataset).ok());
    EXPECT_EQ(LookAtJob(*fs_, paths_, plan_, Restart::kNo)->generation, 3);
  }
  GcOptions All() const {
    return {.older_than_us = -1, .unfinished_older_than_us = -1, .remove = true};
  }

 private:
  std::unique_ptr<Job> MustOpenOther() {
    const Status moved = fs_->Rename(paths_.dataset, "/lake/aside", IfExists::kFail);
    EXPECT_TRUE(moved.ok()) << moved;
    auto job = MustOpen(MakePlan("other"));
    EXPECT_TRUE(fs_->Rename("/lake/aside", paths_.dataset, IfExists::kFail).ok());
    return job;
  }
};

TEST_F(GcCrashTest, AfterAMisfortuneAtAnyCallTheSameCallGoesOn) {
  using Kind = Fault::Kind;
  for (const Kind kind : {Kind::kCrashBefore, Kind::kCrashAfter, Kind::kLostAnswer,
                          Kind::kLostRequest, Kind::kFail}) {
    int64_t k = 0;
    for (bool struck = true; struck; ++k) {
      Fill();
      std::string at;
      FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
        if (call.index != k) return Fault{};
        at = fmt::format("call {}: {} {} {}", k, call.name, call.path, call.target);
        return Fault{kind};
      });
      static_cast<void>(CollectGarbage(process, environment_, paths_, All()));
      struck = process.calls() > k;
      SCOPED_TRACE(at);
      Collect(All());  // withdraws what the first one did not, and now is history
      const auto recovered = Recover(*fs_, environment_, paths_);
      ASSERT_TRUE(recovered.ok()) << recovered.status();
      Collect(All());
      CheckAllCollected();
      if (HasFailure()) return;
    }
    EXPECT_GT(k, 40);
  }
}

TEST_F(GcCrashTest, TwoAtOnceRemoveTheSameThings) {
  for (int64_t k = 0;; ++k) {
    Fill();
    FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
      if (call.index == k) Collect(All());
      return Fault{};
    });
    const auto report = CollectGarbage(process, environment_, paths_, All());
    ASSERT_TRUE(report.ok()) << report.status();
    if (process.calls() <= k) break;
    SCOPED_TRACE(k);
    Collect(All());
    CheckAllCollected();
    if (HasFailure()) return;
  }
}

TEST_F(GcCrashTest, ADriverThatWakesUpAfterItsHistoryIsGoneChangesNothing) {
  for (int64_t k = 0;; ++k) {
    Reset();
    std::map<std::string, std::string> lake;
    FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
      if (call.index != k) return Fault{};
      MustDrive(plan_);
      Collect(All());
      EXPECT_TRUE(fs_->DeleteTree(paths_.dataset).ok());
      MustDrive(plan_);
      Collect(All());
      lake = Tree(*fs_, paths_.dataset);
      return Fault{};
    });
    const auto ledger = Drive(process, environment_, paths_, plan_);
    if (process.calls() <= k) break;
    SCOPED_TRACE(k);
    EXPECT_EQ(Tree(*fs_, paths_.dataset), lake);
    if (!ledger.ok()) {
      EXPECT_TRUE(Is(ledger.status(), ErrorKind::kCommitConflict)) << ledger.status();
    }
    EXPECT_THAT(*ListUnfinished(*fs_, paths_), IsEmpty());
    if (HasFailure()) return;
  }
}

TEST_F(GcCrashTest, ASetUpThatIsTakenForADeadOneIsBegunAnew) {
  for (int64_t k = 0;; ++k) {
    Reset();
    FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
      if (call.index == k) Collect({.older_than_us = -1, .remove = true});
      return Fault{};
    });
    const auto ledger = Drive(process, environment_, paths_, plan_);
    if (process.calls() <= k) break;
    SCOPED_TRACE(k);
    ASSERT_TRUE(ledger.ok()) << ledger.status();
    CheckPublished("nightly", 1);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace howdah
