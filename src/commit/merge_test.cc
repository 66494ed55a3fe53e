#include "commit/merge.h"

#include <gmock/gmock.h>

#include "commit/commit_test_support.h"

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// One task for each list of files, each file a path and its bytes.
using Files = std::vector<std::pair<std::string, int64_t>>;

std::vector<TaskCommit> TasksWith(const std::vector<Files>& lists) {
  std::vector<TaskCommit> tasks;
  for (const Files& files : lists) {
    TaskCommit& task = tasks.emplace_back();
    task.split = std::ssize(tasks) - 1;
    task.attempt = "00112233aabbccdd";
    for (const auto& [path, bytes] : files) {
      FileRecord& file = task.files.emplace_back();
      file.path = path;
      file.staged_path = path + ".part";
      file.bytes = bytes;
    }
  }
  return tasks;
}

/// "2: a b" for the merge of a and b as task 2.
std::vector<std::string> Planned(int64_t merge_bytes, const std::vector<Files>& lists) {
  JobPlan plan = MakePlan();
  plan.merge_bytes = merge_bytes;
  const WorkDirectory work{"/w", "nightly", 1};
  std::vector<std::string> texts;
  for (const Merge& merge : PlanMerges(work, plan, TasksWith(lists))) {
    std::string& text = texts.emplace_back(fmt::format("{}:", merge.task));
    for (const Merge::Source& source : merge.sources) text += " " + source.file.path;
  }
  return texts;
}

TEST(PlanMerges, NeighboursComeTogetherUpToTheSize) {
  EXPECT_THAT(Planned(10, {{{"a", 4}, {"b", 6}, {"c", 1}}, {{"d", 9}, {"e", 1}}}),
              ElementsAre("2: a b", "3: c d"));
}

TEST(PlanMerges, WhatIsLargeOrAloneStaysAsItIs) {
  EXPECT_THAT(Planned(10, {{{"a", 11}, {"b", 10}}, {{"c", 4}, {"d", 9}, {"e", 2}}}),
              IsEmpty());
}

TEST(PlanMerges, OnlyFilesOfOneDirectory) {
  EXPECT_THAT(Planned(10, {{{"k=1/a", 1}, {"k=2/b", 1}, {"c", 1}},
                           {{"k=2/d", 1}, {"k=1/e", 1}, {"k=2/l=1/f", 1}}}),
              ElementsAre("2: k=1/a k=1/e", "3: k=2/b k=2/d"));
}

TEST(PlanMerges, EmptyFilesAndHugeLengths) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(Planned(kMost, {{{"a", 0}, {"b", kMost}}, {{"c", 0}}}),
              ElementsAre("2: a b c"));
  EXPECT_THAT(Planned(1, {{{"a", kMost}, {"b", kMost}}, {{"c", 0}, {"d", 0}}}),
              ElementsAre("2: c d"));
}

TEST(PlanMerges, NothingUnlessThePlanAsks) {
  EXPECT_THAT(Planned(0, {{{"a", 0}}, {{"b", 0}}}), IsEmpty());
}

class MergeTest : public CommitTest {
 protected:
  MergeTest() { plan_.merge_bytes = 1000; }

  /// A job with both splits committed.
  std::unique_ptr<Job> OpenDone() {
    auto job = MustOpen(plan_);
    MustCommit(*job, 0);
    MustCommit(*job, 1);
    return job;
  }
  /// The one merge there is.
  static Merge OnlyMerge(Job& job) {
    const std::vector<Merge> merges = job.MissingMerges().ValueOrDie();
    EXPECT_EQ(merges.size(), 1u);
    return merges.at(0);
  }
};

TEST_F(MergeTest, AMergedJobIsPublishedWithItsMergedFiles) {
  const auto ledger = Drive(*fs_, environment_, paths_, plan_);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  ASSERT_EQ(ledger->merges.size(), 1u);
  EXPECT_EQ(ledger->merges[0].task, 2);
  EXPECT_THAT(ledger->tasks[0].files[0].columns, IsEmpty());  // it did not land
  EXPECT_THAT(ledger->tasks[1].files[1].columns, testing::SizeIs(1));
  CheckPublished("nightly", 1);
}

TEST_F(MergeTest, BeforeAllSplitsAreDoneNothingCanBeMerged) {
  const auto job = MustOpen(plan_);
  MustCommit(*job, 1);
  const auto merges = job->MissingMerges();
  EXPECT_EQ(KindOf(merges.status()), ErrorKind::kInvalidInput);
  EXPECT_THAT(merges.status().message(), HasSubstr("split 0"));
}

TEST_F(MergeTest, BeforeAllIsMergedNothingIsPublished) {
  const auto job = OpenDone();
  const auto published = job->Publish("{}");
  EXPECT_EQ(KindOf(published.status()), ErrorKind::kInvalidInput);
  EXPECT_THAT(published.status().message(), HasSubstr("not done (1)"));
  EXPECT_TRUE(Tree(*fs_, paths_.dataset).empty());
  // What no command released recover does not publish either.
  const auto report = Recover(*fs_, environment_, paths_).ValueOrDie();
  ASSERT_EQ(report.unfinished.size(), 1u);
  EXPECT_EQ(report.unfinished[0].splits_done, 2);
}

TEST_F(MergeTest, TheFirstOfTwoWins) {
  const auto first = OpenDone(), second = MustOpen(plan_);
  const Merge merge = OnlyMerge(*first);
  const MergeCommit a = WriteMerge(*fs_, *first, merge).ValueOrDie();
  const MergeCommit b = WriteMerge(*fs_, *second, OnlyMerge(*second)).ValueOrDie();
  EXPECT_EQ(second->CommitMerge(merge, b).ValueOrDie(), TaskOutcome::kCommitted);
  EXPECT_EQ(first->CommitMerge(merge, a).ValueOrDie(), TaskOutcome::kLost);
  EXPECT_EQ(first->FilesCommitted().ValueOrDie(), 2);
  const Ledger ledger = first->Publish("{}").ValueOrDie();
  EXPECT_EQ(ledger.merges.at(0).attempt, b.attempt);
  CheckPublished("nightly", 1);
}

TEST_F(MergeTest, AJobThatMergedIsResumedWithoutMergingAgain) {
  const auto job = OpenDone();
  const Merge merge = OnlyMerge(*job);
  ASSERT_TRUE(job->CommitMerge(merge, WriteMerge(*fs_, *job, merge).ValueOrDie()).ok());
  const auto status = LookAtJob(*fs_, paths_, plan_, Restart::kNo).ValueOrDie();
  EXPECT_EQ(status.splits_done, 2);
  const auto again = MustOpen(plan_);
  EXPECT_THAT(again->MissingSplits().ValueOrDie(), IsEmpty());
  EXPECT_TRUE(again->MissingMerges().ValueOrDie().empty());
  ASSERT_TRUE(again->Publish("{}").ok());
  CheckPublished("nightly", 1);
}

TEST_F(MergeTest, AMergeOfOtherRowsIsNotCommitted) {
  const auto job = OpenDone();
  Merge merge = OnlyMerge(*job);
  for (Merge::Source& source : merge.sources) source.file.row_hash = 5;
  const MergeCommit whole = [&] {
    MergeCommit commit = WriteMerge(*fs_, *job, merge).ValueOrDie();
    commit.file.row_hash = 10;
    return commit;
  }();
  const auto message_with = [&](void (*change)(MergeCommit&)) {
    MergeCommit commit = whole;
    change(commit);
    const auto outcome = job->CommitMerge(merge, commit);
    EXPECT_EQ(KindOf(outcome.status()), ErrorKind::kInternal);
    return outcome.status().message();
  };
  EXPECT_THAT(message_with([](MergeCommit& c) { c.file.rows += 1; }), HasSubstr("rows"));
  EXPECT_THAT(message_with([](MergeCommit& c) { c.file.row_hash = 11; }),
              HasSubstr("other rows"));
  EXPECT_THAT(message_with([](MergeCommit& c) { c.file.row_hash.reset(); }),
              HasSubstr("other rows"));
  EXPECT_THAT(message_with([](MergeCommit& c) { c.file.path = "dt=1/x.dat"; }),
              HasSubstr("another directory"));
  EXPECT_THAT(message_with([](MergeCommit& c) { c.task = 3; }), HasSubstr("number"));
  EXPECT_EQ(job->CommitMerge(merge, whole).ValueOrDie(), TaskOutcome::kCommitted);
}

TEST_F(MergeTest, ALedgerWithWrongMergesIsFound) {
  const Ledger whole = Drive(*fs_, environment_, paths_, plan_).ValueOrDie();
  EXPECT_TRUE(VerifyLedger(whole).empty());
  const auto first_finding = [&](void (*change)(Ledger&)) {
    Ledger ledger = whole;
    change(ledger);
    const std::vector<Finding> findings = VerifyLedger(ledger);
    return findings.empty() ? "none" : findings.front().detail;
  };
  EXPECT_THAT(first_finding([](Ledger& l) { l.merges[0].sources[0] = "other.dat"; }),
              HasSubstr("no task wrote"));
  EXPECT_THAT(first_finding([](Ledger& l) {
                l.merges.push_back(l.merges[0]);
                l.merges[1].task = 3;
              }),
              HasSubstr("merged before"));
  EXPECT_THAT(first_finding([](Ledger& l) { l.merges[0].task = 3; }),
              HasSubstr("merge 3, expected 2"));
  EXPECT_THAT(first_finding([](Ledger& l) { l.merges[0].file.rows = 1; }),
              HasSubstr("has 1 rows, the files it is made of have 18"));
  EXPECT_THAT(
      first_finding([](Ledger& l) { l.merges[0].file.path = l.tasks[0].files[0].path; }),
      HasSubstr("twice"));
}

TEST_F(MergeTest, ManifestsOfOtherFilesAreNotPublished) {
  const auto job = OpenDone();
  Merge merge = OnlyMerge(*job);
  MergeCommit commit = WriteMerge(*fs_, *job, merge).ValueOrDie();
  std::reverse(commit.sources.begin(), commit.sources.end());
  ASSERT_TRUE(job->CommitMerge(merge, commit).ok());
  const auto published = job->Publish("{}");
  EXPECT_EQ(KindOf(published.status()), ErrorKind::kCorruption);
  EXPECT_THAT(published.status().message(), HasSubstr("'sources'"));
  EXPECT_TRUE(Tree(*fs_, paths_.dataset).empty());
}

TEST_F(MergeTest, ControlFilesKeepWhatTheySay) {
  const Ledger ledger = Drive(*fs_, environment_, paths_, plan_).ValueOrDie();
  const std::string text = ToJson(ledger);
  const Ledger read = ParseLedger(text, "it").ValueOrDie();
  EXPECT_EQ(ToJson(read), text);
  EXPECT_EQ(read.plan.merge_bytes, 1000);
  EXPECT_EQ(read.merges.at(0).sources.size(), 2u);

  const auto refusal = [&](const std::string& from, const std::string& to) {
    std::string bad = ToJson(ledger.merges[0]);
    const size_t at = bad.find(from);
    EXPECT_NE(at, bad.npos) << from;
    bad.replace(at, from.size(), to);
    const auto parsed = ParseMergeCommit(bad, "it");
    EXPECT_EQ(KindOf(parsed.status()), ErrorKind::kCorruption);
    return parsed.status().message();
  };
  EXPECT_THAT(refusal("\"sources\":[", "\"sources\":[7,"), HasSubstr("'sources'"));
  EXPECT_THAT(refusal("\"sources\":[", "\"sources\":[],\"x\":["), HasSubstr("'sources'"));
  EXPECT_THAT(refusal("\"task\":2", "\"task\":-2"), HasSubstr("'task'"));
  EXPECT_THAT(refusal("\"path\":\"part", "\"path\":\"../part"), HasSubstr("'file.path'"));
}

}  // namespace
}  // namespace howdah
