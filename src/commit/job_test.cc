#include "commit/job.h"

#include <gmock/gmock.h>

#include "commit/commit_test_support.h"
#include "commit/fin.h"
#include "storage/local_file_system.h"

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class JobTest : public CommitTest {};

TEST_F(JobTest, TwoSplitsArePublishedInOneStepWithLedgerAndSuccess) {
  auto job = MustOpen(plan_);
  EXPECT_FALSE(job->published());
  EXPECT_EQ(job->generation(), 1);
  EXPECT_THAT(job->MissingSplits().ValueOrDie(), ElementsAre(0, 1));
  MustCommit(*job, 1);
  EXPECT_THAT(job->MissingSplits().ValueOrDie(), ElementsAre(0));
  MustCommit(*job, 0);
  EXPECT_THAT(job->MissingSplits().ValueOrDie(), IsEmpty());
  EXPECT_THAT(Tree(*fs_, paths_.dataset), IsEmpty());

  const auto ledger = job->Publish(R"({"seconds":3})");
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  CheckPublished("nightly", 1);
  EXPECT_EQ(ToJson(*ledger), Get("/lake/out/.howdah-ledger"));
  EXPECT_EQ(ledger->run, R"({"seconds":3})");
  EXPECT_EQ(ledger->plan.semantic, kModelA);
}

TEST_F(JobTest, AfterwardsOnlyTheNamesThatStopZombiesAreLeft) {
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
  std::vector<std::string> names;
  for (const auto& [name, text] : Tree(*fs_, "/lake/.out.howdah")) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("jobs/", "jobs/nightly.1/", "jobs/nightly.1/FIN",
                                 "jobs/nightly.1/plan.json", "jobs/nightly.1/sealed/",
                                 "jobs/nightly.1/sealed/00000.json",
                                 "jobs/nightly.1/sealed/00001.json", "tmp/"));
  const auto fin = ParseFin(Get("/lake/.out.howdah/jobs/nightly.1/FIN"), "FIN");
  ASSERT_TRUE(fin.ok()) << fin.status();
  EXPECT_EQ(fin->outcome, Outcome::kPublished);
  EXPECT_EQ(fin->job_id, "nightly");
}

TEST_F(JobTest, TheWorkDirectoryIsPrivateAndTheDatasetIsNot) {
  auto job = MustOpen(plan_);
  EXPECT_EQ(fs_->Stat("/lake/.out.howdah/jobs/nightly.1")->mode, 0700u);
  MustCommit(*job, 0);
  MustCommit(*job, 1);
  ASSERT_TRUE(job->Publish("{}").ok());
  EXPECT_EQ(fs_->Stat("/lake/out")->mode, 0755u);
}

TEST_F(JobTest, AnotherRunOfAPublishedJobAnswersTheSameAndWritesNothing) {
  const auto first = Drive(*fs_, environment_, paths_, plan_);
  ASSERT_TRUE(first.ok());
  const auto before = Tree(*fs_, "/lake");
  FaultyFileSystem watched(*fs_, [](const CallInfo& call) {
    EXPECT_FALSE(call.changes_names) << call.name << " " << call.path;
    return Fault{};
  });
  const auto job = Job::Open(watched, environment_, paths_, plan_, Restart::kNo);
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE((*job)->published());
  EXPECT_EQ(ToJson(*(*job)->published()), ToJson(*first));
  EXPECT_EQ(ToJson((*job)->Publish("{}").ValueOrDie()), ToJson(*first));
  EXPECT_THAT((*job)->MissingSplits().ValueOrDie(), IsEmpty());
  EXPECT_EQ(Tree(*fs_, "/lake"), before);
}

TEST_F(JobTest, LookingWritesNothing) {
  FaultyFileSystem watched(*fs_, [](const CallInfo& call) {
    EXPECT_FALSE(call.changes_names) << call.name << " " << call.path;
    return Fault{};
  });
  const auto fresh = LookAtJob(watched, paths_, plan_, Restart::kNo);
  ASSERT_TRUE(fresh.ok()) << fresh.status();
  EXPECT_EQ(fresh->state, JobState::kFresh);
  EXPECT_EQ(fresh->generation, 1);

  MustCommit(*MustOpen(plan_), 1);
  const auto resume = LookAtJob(watched, paths_, plan_, Restart::kNo);
  ASSERT_TRUE(resume.ok()) << resume.status();
  EXPECT_EQ(resume->state, JobState::kResume);
  EXPECT_EQ(resume->splits_done, 1);
  const auto restart = LookAtJob(watched, paths_, plan_, Restart::kYes);
  ASSERT_TRUE(restart.ok()) << restart.status();
  EXPECT_EQ(restart->state, JobState::kFresh);
  EXPECT_EQ(restart->generation, 2);

  ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
  const auto published = LookAtJob(watched, paths_, plan_, Restart::kNo);
  ASSERT_TRUE(published.ok()) << published.status();
  EXPECT_EQ(published->state, JobState::kPublished);
  EXPECT_EQ(published->ledger->rows_written(), 26);
}

TEST_F(JobTest, AResumedJobKeepsItsFrozenSplitsAndScoresOnlyWhatIsMissing) {
  MustCommit(*MustOpen(plan_), 0);
  JobPlan replanned = plan_;
  replanned.splits.pop_back();  // say, another file size: not part of the semantic text
  auto job = MustOpen(replanned);
  EXPECT_EQ(job->plan().splits.size(), 2u);
  EXPECT_THAT(job->MissingSplits().ValueOrDie(), ElementsAre(1));
  MustCommit(*job, 1);
  ASSERT_TRUE(job->Publish("{}").ok());
  CheckPublished("nightly", 1);
}

TEST_F(JobTest, AnotherPlanOfAnUnfinishedJobIsRefusedWithTheDifference) {
  MustOpen(plan_);
  const Status refused = Open(MakePlan("nightly", kModelB)).status();
  EXPECT_TRUE(Is(refused, ErrorKind::kInvalidInput)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("model.sha256: was \"aaaa\", is \"bbbb\""));
  EXPECT_THAT(refused.message(), HasSubstr("--restart"));
}

TEST_F(JobTest, AnotherPlanOfAPublishedJobIsRefusedWithTheDifference) {
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
  const Status refused = Open(MakePlan("nightly", kModelB)).status();
  EXPECT_TRUE(Is(refused, ErrorKind::kInvalidInput)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("model.sha256: was \"aaaa\", is \"bbbb\""));
}

TEST_F(JobTest, AJobWhoseDatasetWasRemovedRunsAgainAsTheNextGeneration) {
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
  ASSERT_TRUE(fs_->DeleteTree(paths_.dataset).ok());
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, MakePlan("nightly", kModelB)).ok());
  CheckPublished("nightly", 2);
}

TEST_F(JobTest, AnEmptyDirectoryIsReplaced) {
  ASSERT_TRUE(fs_->CreateDirectory(paths_.dataset).ok());
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
  CheckPublished("nightly", 1);
}

TEST_F(JobTest, MissingParentsAreMade) {
  const DatasetPaths deep = DatasetPaths::For("/lake/a/b/out", "/stage/x").ValueOrDie();
  ASSERT_TRUE(Drive(*fs_, environment_, deep, plan_).ok());
  EXPECT_TRUE(ReadLedger(*fs_, "/lake/a/b/out").ok());
  EXPECT_EQ(fs_->List("/lake/a/b")->size(), 1u) << "staging was made beside the dataset";
}

TEST_F(JobTest, TwoDatasetsInOneGivenStagingDirectoryDoNotShareTheirJobs) {
  const DatasetPaths one = DatasetPaths::For("/lake/a/out", "/stage").ValueOrDie();
  const DatasetPaths two = DatasetPaths::For("/lake/b/out", "/stage").ValueOrDie();
  ASSERT_TRUE(Drive(*fs_, environment_, one, plan_).ok());
  ASSERT_TRUE(Drive(*fs_, environment_, two, MakePlan("nightly", kModelB)).ok());
  EXPECT_EQ(ReadLedger(*fs_, "/lake/a/out")->plan.semantic, kModelA);
  EXPECT_EQ(ReadLedger(*fs_, "/lake/b/out")->plan.semantic, kModelB);
}

TEST_F(JobTest, AJobIdMayHoldAnyCharacter) {
  const std::string id = "manual__2026-11-22T00:00:00+00:00/run 1.2";
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, MakePlan(id)).ok());
  EXPECT_EQ(ReadLedger(*fs_, paths_.dataset)->job_id, id);
  const auto again = LookAtJob(*fs_, paths_, MakePlan(id), Restart::kNo);
  EXPECT_EQ(again->state, JobState::kPublished);
}

TEST_F(JobTest, JobsWhoseIdsBeginAlikeAreTwoJobs) {
  MustOpen(MakePlan("a.1"));
  const auto status = LookAtJob(*fs_, paths_, MakePlan("a", kModelB), Restart::kNo);
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->state, JobState::kFresh);
}

TEST_F(JobTest, TheFirstOfTwoAttemptsWinsAndTheOtherLeavesNothingInTheDataset) {
  auto a = MustOpen(plan_), b = MustOpen(plan_);
  const TaskCommit first = WriteAttempt(*fs_, *a, 0).ValueOrDie();
  const TaskCommit second = WriteAttempt(*fs_, *b, 0).ValueOrDie();
  EXPECT_EQ(*b->CommitTask(second), TaskOutcome::kCommitted);
  EXPECT_EQ(*a->CommitTask(first), TaskOutcome::kLost);
  EXPECT_EQ(*b->CommitTask(second), TaskOutcome::kCommitted) << "asked again";
  MustCommit(*a, 1);
  const auto ledger = a->Publish("{}");
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  EXPECT_EQ(ledger->tasks[0].attempt, second.attempt);
  CheckPublished("nightly", 1);
}

TEST_F(JobTest, AnAttemptThatComesAfterTheSealHasLost) {
  auto a = MustOpen(plan_), b = MustOpen(plan_);
  const TaskCommit late = WriteAttempt(*fs_, *b, 1).ValueOrDie();
  MustCommit(*a, 0);
  MustCommit(*a, 1);
  const std::string work = paths_.work("nightly", 1);
  ASSERT_TRUE(fs_->Rename(work + "/done", work + "/sealed", IfExists::kFail).ok());
  EXPECT_EQ(*b->CommitTask(late), TaskOutcome::kLost);
  ASSERT_TRUE(a->Publish("{}").ok());
  CheckPublished("nightly", 1);
}

TEST_F(JobTest, AnAttemptThatWasHandedInIsNotDiscarded) {
  auto job = MustOpen(plan_);
  const TaskCommit task = WriteAttempt(*fs_, *job, 0).ValueOrDie();
  ASSERT_TRUE(job->CommitTask(task).ok());
  job->DiscardAttempt({0, task.attempt, ""});
  MustCommit(*job, 1);
  ASSERT_TRUE(job->Publish("{}").ok());
  CheckPublished("nightly", 1);
}

TEST_F(JobTest, ADiscardedAttemptIsRemoved) {
  auto job = MustOpen(plan_);
  const Attempt attempt = job->BeginAttempt(0).ValueOrDie();
  EXPECT_TRUE(fs_->Stat(attempt.directory).ok());
  job->DiscardAttempt(attempt);
  EXPECT_TRUE(Is(fs_->Stat(attempt.directory).status(), ErrorKind::kNotFound));
}

TEST_F(JobTest, QuarantinedRowsAreCountedOverCommittedSplits) {
  auto job = MustOpen(plan_);
  EXPECT_EQ(*job->RowsQuarantined(), 0);
  MustCommit(*job, 0);
  EXPECT_EQ(*job->RowsQuarantined(), 0);
  MustCommit(*job, 1);
  EXPECT_EQ(*job->RowsQuarantined(), 4);
  EXPECT_EQ(*MustOpen(plan_)->RowsQuarantined(), 4);
}

TEST_F(JobTest, FilesAreCountedOverCommittedSplits) {
  auto job = MustOpen(plan_);
  EXPECT_EQ(*job->FilesCommitted(), 0);
  MustCommit(*job, 0);
  const int64_t of_first = *job->FilesCommitted();
  MustCommit(*job, 1);
  const int64_t of_both = *MustOpen(plan_)->FilesCommitted();
  EXPECT_LT(of_first, of_both);
  EXPECT_EQ(of_both, job->Publish("{}").ValueOrDie().files());
}

TEST_F(JobTest, ADiscardedAttemptLeavesItsQuarantineOnlyIfAsked) {
  auto job = MustOpen(plan_);
  for (const auto quarantined : {Job::Quarantined::kRemove, Job::Quarantined::kKeep}) {
    const Attempt attempt = job->BeginAttempt(1).ValueOrDie();
    const std::string directory = job->QuarantineDirectory(attempt).ValueOrDie();
    EXPECT_EQ(directory.rfind(job->quarantine() + "/", 0), 0u);
    job->DiscardAttempt(attempt, quarantined);
    EXPECT_FALSE(fs_->Stat(attempt.directory).ok());
    EXPECT_EQ(fs_->Stat(directory).ok(), quarantined == Job::Quarantined::kKeep);
  }
}

TEST_F(JobTest, AManifestWhoseRowsDoNotMatchThePlanIsRefused) {
  auto job = MustOpen(plan_);
  TaskCommit task = WriteAttempt(*fs_, *job, 0).ValueOrDie();
  task.input_rows = task.rows_written = 9;
  const Status refused = job->CommitTask(task).status();
  EXPECT_TRUE(Is(refused, ErrorKind::kInternal)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("9 input rows were read, the plan says 10"));
}

TEST_F(JobTest, AManifestWithAPathOutOfTheDatasetIsRefused) {
  auto job = MustOpen(plan_);
  TaskCommit task = WriteAttempt(*fs_, *job, 0).ValueOrDie();
  for (const char* path : {"../x", "/etc/passwd", "a//b", "a/./b", "", "a/", "_hidden",
                           ".howdah-ledger", "_SUCCESS"}) {
    task.files[0].path = path;
    EXPECT_TRUE(Is(job->CommitTask(task).status(), ErrorKind::kCorruption)) << path;
  }
  task.files[0].path = "fine";
  task.files[0].staged_path = "../00001.0123456789abcdef/0.staged";
  EXPECT_TRUE(Is(job->CommitTask(task).status(), ErrorKind::kCorruption));
  EXPECT_THAT(job->MissingSplits().ValueOrDie(), ElementsAre(0, 1));
}

TEST_F(JobTest, PublishingBeforeAllSplitsAreDoneIsRefused) {
  auto job = MustOpen(plan_);
  MustCommit(*job, 0);
  const Status refused = job->Publish("{}").status();
  EXPECT_TRUE(Is(refused, ErrorKind::kInvalidInput)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("split 1"));
  MustCommit(*job, 1);
  EXPECT_TRUE(job->Publish("{}").ok());
}

TEST_F(JobTest, AStagedFileOfAnotherLengthIsNeverPublished) {
  auto job = MustOpen(plan_);
  const TaskCommit task = WriteAttempt(*fs_, *job, 0).ValueOrDie();
  ASSERT_TRUE(job->CommitTask(task).ok());
  MustCommit(*job, 1);
  Put(paths_.work("nightly", 1) + "/att/00000." + task.attempt + "/0.staged", "cut");
  const Status refused = job->Publish("{}").status();
  EXPECT_TRUE(Is(refused, ErrorKind::kCorruption)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("has 3 bytes, the ledger says 24"));
  EXPECT_THAT(Tree(*fs_, paths_.dataset), IsEmpty());
}

TEST_F(JobTest, ACommittedFileThatSomebodyRemovedStopsThePublishLoudly) {
  auto job = MustOpen(plan_);
  MustCommit(*job, 0);
  const TaskCommit task = WriteAttempt(*fs_, *job, 1).ValueOrDie();
  ASSERT_TRUE(job->CommitTask(task).ok());
  ASSERT_TRUE(
      fs_->DeleteTree(paths_.work("nightly", 1) + "/att/00001." + task.attempt).ok());
  const Status refused = job->Publish("{}").status();
  EXPECT_TRUE(Is(refused, ErrorKind::kCorruption)) << refused;
  EXPECT_THAT(Tree(*fs_, paths_.dataset), IsEmpty());
}

TEST_F(JobTest, AStrayFileInTheTreeStopsThePublish) {
  auto job = MustOpen(plan_);
  MustCommit(*job, 0);
  MustCommit(*job, 1);
  Put(paths_.work("nightly", 1) + "/data/stray.dat", "?");
  const Status refused = job->Publish("{}").status();
  EXPECT_TRUE(Is(refused, ErrorKind::kCorruption)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("stray.dat"));
}

TEST_F(JobTest, AControlFileOfANewerEngineIsLeftAlone) {
  MustOpen(plan_);
  const std::string place = paths_.work("nightly", 1) + "/plan.json";
  std::string text = Get(place);
  text.replace(text.find("\"format_version\":1"), 18, "\"format_version\":2");
  Put(place, text);
  const Status refused = Open(plan_).status();
  EXPECT_TRUE(Is(refused, ErrorKind::kUnsupported)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("format_version 2"));
  EXPECT_THAT(refused.message(), HasSubstr(place));
}

TEST_F(JobTest, HistoryThatIsGoneIsReplacedByTheLedgerInTheDataset) {
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
  ASSERT_TRUE(fs_->DeleteTree(paths_.staging).ok());
  EXPECT_EQ(LookAtJob(*fs_, paths_, plan_, Restart::kNo)->state, JobState::kPublished);
  EXPECT_TRUE(MustOpen(plan_)->published());
  EXPECT_TRUE(Is(fs_->Stat(paths_.staging).status(), ErrorKind::kNotFound));
}

TEST_F(JobTest, APlanThatCannotBeWrittenDownIsRefusedFirst) {
  EXPECT_TRUE(Is(Open(MakePlan("")).status(), ErrorKind::kInvalidInput));
  EXPECT_TRUE(Is(Open(MakePlan("caf\xE9")).status(), ErrorKind::kInvalidInput));
  EXPECT_TRUE(
      Is(Open(MakePlan("j", "{\"b\":1,\"a\":2}")).status(), ErrorKind::kInternal));
  EXPECT_TRUE(Is(Open(MakePlan("j", "[]")).status(), ErrorKind::kCorruption));
  JobPlan plan = plan_;
  plan.inputs[1].url = "/in/caf\xE9.parquet";
  EXPECT_TRUE(Is(Open(plan).status(), ErrorKind::kInvalidInput));
  EXPECT_THAT(Tree(*fs_, "/lake"), IsEmpty());
}

TEST_F(JobTest, TheWholeProtocolRunsOnALocalDirectory) {
  const std::string root = testing::TempDir() + "howdah_job_test";
  const std::unique_ptr<FileSystem> local = MakeLocalFileSystem();
  static_cast<void>(local->DeleteTree(root));
  const DatasetPaths paths = DatasetPaths::For(root + "/dt=1/out put", "").ValueOrDie();
  const auto ledger = Drive(*local, Environment::System(), paths, plan_);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  auto tree = Tree(*local, paths.dataset);
  EXPECT_EQ(tree.erase(kLedgerName), 1u);
  EXPECT_EQ(tree, ExpectedFiles(*ledger));
  EXPECT_EQ(local->Stat(paths.work("nightly", 1))->mode, 0700u);
  EXPECT_TRUE(VerifyListing(*local, paths.dataset, *ledger)->empty());
  EXPECT_TRUE(VerifyChecksums(*local, paths.dataset, *ledger)->empty());
  EXPECT_TRUE(local->DeleteTree(root).ok());
}

}  // namespace
}  // namespace howdah
