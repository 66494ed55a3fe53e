#include "commit/swap.h"

#include <gmock/gmock.h>

#include "commit/commit_test_support.h"
#include "commit/gc.h"
#include "commit/landed.h"
#include "commit/swap_log.h"

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr int64_t kDayUs = int64_t{24} * 3600 * 1'000'000;

JobPlan PlanOf(const std::string& job_id, PublishMode mode) {
  JobPlan plan = MakePlan(job_id);
  plan.mode = mode;
  return plan;
}

class SwapTest : public CommitTest {
 protected:
  void Land(const std::string& job_id, PublishMode mode) {
    const Result<Ledger> ledger = Drive(*fs_, environment_, paths_, PlanOf(job_id, mode));
    ASSERT_TRUE(ledger.ok()) << ledger.status();
    EXPECT_EQ(ledger->plan.mode, mode);
  }
  void Overwrite(const std::string& job_id) { Land(job_id, PublishMode::kOverwrite); }
  std::string Seen() {
    const Result<Ledger> ledger = ReadLedger(*fs_, paths_.dataset);
    return ledger.ok() ? ledger->job_id : "";
  }
  std::vector<std::string> Kept() {
    std::vector<std::string> jobs;
    for (const KeptDataset& kept : ListKept(*fs_, paths_).ValueOrDie()) {
      jobs.push_back(kept.ledger.job_id);
    }
    return jobs;
  }
  Status RollBack(const std::string& job_id) {
    return Rollback(*fs_, environment_, paths_, job_id).status();
  }
};

TEST_F(SwapTest, EachOverwriteKeepsWhatItReplacesAndIsInTheHistory) {
  Land("a", PublishMode::kNew);
  Overwrite("b");
  Overwrite("c");
  CheckPublished("c", 1);
  EXPECT_THAT(Kept(), ElementsAre("b", "a"));
  const auto history = ListHistory(*fs_, paths_).ValueOrDie();
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[1].slot, 2);
  EXPECT_EQ(history[1].from, "b");
  EXPECT_EQ(history[1].to, "c");
  EXPECT_TRUE(history[1].published);
}

TEST_F(SwapTest, ARollbackMaySkipJobsAndCanBeUndone) {
  Land("a", PublishMode::kNew);
  Overwrite("b");
  Overwrite("c");
  ASSERT_TRUE(RollBack("a").ok());
  CheckPublished("a", 1);
  EXPECT_THAT(Kept(), testing::UnorderedElementsAre("b", "c"));
  ASSERT_TRUE(RollBack("c").ok());
  CheckPublished("c", 1);
  const Status unknown = RollBack("z");
  EXPECT_TRUE(Is(unknown, ErrorKind::kNotFound));
  EXPECT_THAT(unknown.message(), HasSubstr("'a'"));
  CheckPublished("c", 1);
}

TEST_F(SwapTest, ARollbackBringsBackADatasetThatSomebodyRemoved) {
  Land("a", PublishMode::kNew);
  Overwrite("b");
  ASSERT_TRUE(fs_->DeleteTree(paths_.dataset).ok());
  ASSERT_TRUE(RollBack("a").ok());
  CheckPublished("a", 1);
}

TEST_F(SwapTest, GcEndsTheWayBackWhenItsTimeIsOver) {
  Land("a", PublishMode::kNew);
  Overwrite("b");
  environment_.Advance(6 * kDayUs);
  const GcOptions options{.unfinished_older_than_us = {}, .remove = true};
  ASSERT_TRUE(CollectGarbage(*fs_, environment_, paths_, options).ok());
  EXPECT_THAT(Kept(), ElementsAre("a"));
  environment_.Advance(2 * kDayUs);
  ASSERT_TRUE(CollectGarbage(*fs_, environment_, paths_, options).ok());
  EXPECT_THAT(Kept(), IsEmpty());
  EXPECT_THAT(Tree(*fs_, paths_.swaps()), IsEmpty());
  CheckPublished("b", 1);
  // The log still knows that the first overwrite took place.
  EXPECT_EQ(ListHistory(*fs_, paths_)->size(), 1u);
}

TEST_F(SwapTest, ASealedJobDoesNotOverwriteWhatCameLaterUnasked) {
  Land("a", PublishMode::kNew);
  auto job = MustOpen(PlanOf("slow", PublishMode::kOverwrite));
  MustCommit(*job, 0);
  MustCommit(*job, 1);
  const std::string work = paths_.work("slow", 1);
  ASSERT_TRUE(fs_->Rename(work + "/done", work + "/sealed", IfExists::kFail).ok());
  Overwrite("quick");
  const auto report = Recover(*fs_, environment_, paths_);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->unfinished.size(), 1u);
  EXPECT_EQ(report->unfinished[0].overtaken_by, "quick");
  CheckPublished("quick", 1);
  Overwrite("slow");  // its own command asks for it
  CheckPublished("slow", 1);
}

TEST_F(SwapTest, AfterDeathBetweenTheRenamesAnyRunShowsTheDatasetAgain) {
  const JobPlan plan = PlanOf("b", PublishMode::kOverwrite);
  // At each call the driver dies; then a job that cannot land here looks in.
  for (int dies_at = 1;; ++dies_at) {
    Reset();
    Land("a", PublishMode::kNew);
    FaultyFileSystem dying(*fs_, [&, calls = 0](const CallInfo&) mutable -> Fault {
      return ++calls == dies_at ? Fault{Fault::Kind::kCrashBefore} : Fault{};
    });
    static_cast<void>(Drive(dying, environment_, paths_, plan));
    const bool died = dying.crashed();
    static_cast<void>(Drive(*fs_, environment_, paths_, MakePlan("other")));
    EXPECT_THAT(Seen(), testing::AnyOf("a", "b")) << "died at call " << dies_at;
    Overwrite("b");
    CheckPublished("b", 1);
    if (!died) break;
  }
}

TEST_F(SwapTest, IntentsAndEndsThatAreDamagedAreRefusedByField) {
  SwapIntent intent;
  intent.to = {"b", 1};
  intent.from = {"a", 2};
  intent.directory = "00000001-0123456789abcdef";
  intent.source = "jobs/b.1/data";
  const std::string text = ToJson(intent);
  const SwapIntent read = ParseSwapIntent(text, "i").ValueOrDie();
  EXPECT_EQ(read.to, intent.to);
  EXPECT_EQ(read.from, intent.from);
  EXPECT_EQ(ToJson(read), text);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return ParseSwapIntent(changed, "i").status().message();
  };
  EXPECT_THAT(with("jobs/b.1/data", "../../etc"), HasSubstr("'source'"));
  EXPECT_THAT(with("00000001-0123456789abcdef", "a/b"), HasSubstr("'directory'"));
  EXPECT_THAT(with("overwrite", "merge"), HasSubstr("'kind'"));
  EXPECT_THAT(with("\"slot\":1", "\"slot\":-1"), HasSubstr("'slot'"));
  const SwapEnd end{3, true, SwapKind::kRollback, {"a", 1}, {}, 5};
  const std::string ended = ToJson(end);
  EXPECT_EQ(ToJson(ParseSwapEnd(ended, "e").ValueOrDie()), ended);
  EXPECT_THAT(ParseSwapEnd("{}", "e").status().message(), HasSubstr("format_version"));
}

TEST_F(SwapTest, RunsOfModeAppendHaveALedgerEach) {
  Land("a", PublishMode::kAppend);
  Land("b:c", PublishMode::kAppend);
  const LandedDataset landed = ReadDataset(*fs_, paths_.dataset).ValueOrDie();
  EXPECT_TRUE(landed.is_append);
  ASSERT_EQ(landed.runs.size(), 2u);
  EXPECT_EQ(landed.runs[1].directory, "run_id=b%3Ac");
  EXPECT_EQ(landed.rows(), 2 * landed.runs[0].ledger.rows_written());
  EXPECT_THAT(*VerifyRoot(*fs_, paths_.dataset, landed), IsEmpty());
  ASSERT_TRUE(fs_->CreateDirectory(paths_.dataset + "/run_id=x").ok());
  Put(paths_.dataset + "/run_id=x/stray", "x");
  EXPECT_THAT(*VerifyRoot(*fs_, paths_.dataset, landed), Not(IsEmpty()));
  // Modes do not mix.
  for (const PublishMode mode : {PublishMode::kNew, PublishMode::kOverwrite}) {
    const auto ledger = Drive(*fs_, environment_, paths_, PlanOf("d", mode));
    EXPECT_TRUE(Is(ledger.status(), ErrorKind::kAlreadyExists)) << ledger.status();
  }
}

TEST_F(SwapTest, AnAppendAfterADatasetOfModeNewIsRefused) {
  Land("a", PublishMode::kNew);
  const auto ledger =
      Drive(*fs_, environment_, paths_, PlanOf("b", PublishMode::kAppend));
  EXPECT_TRUE(Is(ledger.status(), ErrorKind::kAlreadyExists)) << ledger.status();
  CheckPublished("a", 1);
}

}  // namespace
}  // namespace howdah
