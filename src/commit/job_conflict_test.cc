#include <gmock/gmock.h>

#include "commit/commit_test_support.h"
#include "commit/fin.h"
#include "storage/local_file_system.h"

namespace howdah {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class JobConflictTest : public CommitTest {
 protected:
  std::unique_ptr<Job> OpenAndCommitAll(const JobPlan& plan) {
    auto job = MustOpen(plan);
    MustCommit(*job, 0);
    MustCommit(*job, 1);
    return job;
  }
  Outcome FinOf(const std::string& job_id, int64_t generation) {
    const auto fin = ParseFin(Get(paths_.work(job_id, generation) + "/FIN"), "FIN");
    EXPECT_TRUE(fin.ok()) << fin.status();
    return fin.ValueOr(Fin{}).outcome;
  }
};

TEST_F(JobConflictTest, TheSecondOfTwoJobsIsToldWhoWasFirst) {
  auto mine = OpenAndCommitAll(plan_);
  auto other = OpenAndCommitAll(MakePlan("other"));
  ASSERT_TRUE(other->Publish("{}").ok());
  const Status conflict = mine->Publish("{}").status();
  EXPECT_TRUE(Is(conflict, ErrorKind::kCommitConflict)) << conflict;
  EXPECT_THAT(conflict.message(), HasSubstr("published first by job 'other'"));
  CheckPublished("other", 1);
  EXPECT_EQ(FinOf("nightly", 1), Outcome::kConflict);
  // Its payload is gone, and it stays over when the dataset goes.
  EXPECT_THAT(Tree(*fs_, paths_.work("nightly", 1) + "/withdrawn"), IsEmpty());
  ASSERT_TRUE(fs_->DeleteTree(paths_.dataset).ok());
  EXPECT_TRUE(Is(mine->Publish("{}").status(), ErrorKind::kCommitConflict));
  EXPECT_EQ(LookAtJob(*fs_, paths_, plan_, Restart::kNo)->generation, 2);
}

TEST_F(JobConflictTest, WhatWasDeclaredAConflictIsNotPublishedByADriverThatWakesLater) {
  auto mine = OpenAndCommitAll(plan_);
  auto other = OpenAndCommitAll(MakePlan("other"));
  FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
    if (call.target == paths_.dataset) {  // about to publish, paused
      EXPECT_TRUE(other->Publish("{}").ok());
      EXPECT_TRUE(Is(mine->Publish("{}").status(), ErrorKind::kCommitConflict));
      EXPECT_TRUE(fs_->DeleteTree(paths_.dataset).ok());
    }
    return Fault{};
  });
  const Status late = Drive(process, environment_, paths_, plan_).status();
  EXPECT_TRUE(Is(late, ErrorKind::kCommitConflict)) << late;
  EXPECT_EQ(FinOf("nightly", 1), Outcome::kConflict);
  EXPECT_THAT(Tree(*fs_, paths_.dataset), IsEmpty());
}

TEST_F(JobConflictTest, ADatasetOfAnotherJobIsRefusedBeforeAnythingIsWritten) {
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, MakePlan("other")).ok());
  const auto before = Tree(*fs_, "/lake");
  for (const Restart restart : {Restart::kNo, Restart::kYes}) {
    const Status refused = Open(plan_, restart).status();
    EXPECT_TRUE(Is(refused, ErrorKind::kAlreadyExists)) << refused;
    EXPECT_THAT(refused.message(),
                HasSubstr("job 'other' (generation 1, published 2023-"));
  }
  EXPECT_EQ(Tree(*fs_, "/lake"), before);
}

TEST_F(JobConflictTest, AFinishedJobWhoseDatasetIsNowAnothersIsRefused) {
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
  ASSERT_TRUE(fs_->DeleteTree(paths_.dataset).ok());
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, MakePlan("other")).ok());
  EXPECT_TRUE(Is(Open(plan_).status(), ErrorKind::kAlreadyExists));
}

TEST_F(JobConflictTest, FilesOfUnknownOriginAreRefusedByName) {
  ASSERT_TRUE(fs_->CreateDirectory(paths_.dataset).ok());
  Put("/lake/out/.hidden", "");
  const Status hidden = Open(plan_).status();
  EXPECT_TRUE(Is(hidden, ErrorKind::kAlreadyExists)) << hidden;
  EXPECT_THAT(hidden.message(), HasSubstr("'.hidden'"));
  for (const char* name : {"a", "b", "c"}) Put(std::string("/lake/out/") + name, "");
  EXPECT_THAT(Open(plan_).status().message(),
              HasSubstr("'.hidden', 'a', 'b' … (1 more)"));
}

TEST_F(JobConflictTest, FilesThatAppearBeforeThePublishAreKeptAndTheJobCanGoOn) {
  auto job = OpenAndCommitAll(plan_);
  ASSERT_TRUE(fs_->CreateDirectory(paths_.dataset).ok());
  Put("/lake/out/.hidden", "mine");
  const Status conflict = job->Publish("{}").status();
  EXPECT_TRUE(Is(conflict, ErrorKind::kCommitConflict)) << conflict;
  EXPECT_THAT(conflict.message(), HasSubstr("'.hidden'"));
  EXPECT_EQ(Get("/lake/out/.hidden"), "mine");
  ASSERT_TRUE(fs_->DeleteFile("/lake/out/.hidden").ok());
  ASSERT_TRUE(job->Publish("{}").ok());
  CheckPublished("nightly", 1);
}

TEST_F(JobConflictTest, AFileAtTheOutputIsRefused) {
  Put(paths_.dataset, "text");
  const Status refused = Open(plan_).status();
  EXPECT_TRUE(Is(refused, ErrorKind::kAlreadyExists)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("'/lake/out' is a file"));
}

TEST_F(JobConflictTest, AFileThatAppearsAtTheOutputBeforeThePublishIsKept) {
  auto job = OpenAndCommitAll(plan_);
  Put(paths_.dataset, "text");
  const Status conflict = job->Publish("{}").status();
  EXPECT_TRUE(Is(conflict, ErrorKind::kCommitConflict)) << conflict;
  EXPECT_EQ(Get(paths_.dataset), "text");
}

TEST_F(JobConflictTest, AFileInThePlaceOfAParentIsRefused) {
  Put("/lake/file", "text");
  const DatasetPaths paths = DatasetPaths::For("/lake/file/a/out", "").ValueOrDie();
  const Status refused = LookAtJob(*fs_, paths, plan_, Restart::kNo).status();
  EXPECT_TRUE(Is(refused, ErrorKind::kInvalidInput)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("'/lake/file' is not a directory"));
}

TEST_F(JobConflictTest, ASymlinkOrAMountPointAtTheOutputIsRefusedByName) {
  const std::unique_ptr<FileSystem> local = MakeLocalFileSystem();
  const std::string link = testing::TempDir() + "howdah_job_conflict_link";
  ::unlink(link.c_str());
  ASSERT_EQ(::symlink("/tmp", link.c_str()), 0);
  const DatasetPaths to_link = DatasetPaths::For(link, "").ValueOrDie();
  const Status refused = LookAtJob(*local, to_link, plan_, Restart::kNo).status();
  EXPECT_TRUE(Is(refused, ErrorKind::kAlreadyExists)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("is a symbolic link"));
  ::unlink(link.c_str());

  const DatasetPaths proc = DatasetPaths::For("/proc", "").ValueOrDie();
  const Status mounted = LookAtJob(*local, proc, plan_, Restart::kNo).status();
  EXPECT_TRUE(Is(mounted, ErrorKind::kAlreadyExists)) << mounted;
  EXPECT_THAT(mounted.message(), HasSubstr("is a mount point"));
}

TEST_F(JobConflictTest, StagingOnAnotherFileSystemIsRefusedBeforeScoring) {
  const std::unique_ptr<FileSystem> local = MakeLocalFileSystem();
  const DatasetPaths paths =
      DatasetPaths::For("/howdah_absent/out", "/proc/howdah").ValueOrDie();
  const Status refused = LookAtJob(*local, paths, plan_, Restart::kNo).status();
  EXPECT_TRUE(Is(refused, ErrorKind::kUnsupported) ||
              Is(refused, ErrorKind::kPermissionDenied))
      << refused;
  EXPECT_THAT(refused.message(), HasSubstr("output.staging"));
}

TEST_F(JobConflictTest, AParentThatIsNotWritableIsSaidBeforeScoring) {
  FaultyFileSystem process(*fs_, [](const CallInfo& call) {
    if (call.name != "CheckWritable") return Fault{};
    return Fault{Fault::Kind::kFail, ErrorKind::kPermissionDenied};
  });
  const DatasetPaths deep = DatasetPaths::For("/lake/a/b/out", "").ValueOrDie();
  const Status refused = LookAtJob(process, deep, plan_, Restart::kNo).status();
  EXPECT_TRUE(Is(refused, ErrorKind::kPermissionDenied)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("created in '/lake',"));
  EXPECT_THAT(refused.message(), HasSubstr("output.staging"));
}

TEST_F(JobConflictTest, ARenameAcrossDevicesIsExplained) {
  FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
    if (call.target != paths_.dataset) return Fault{};
    return Fault{Fault::Kind::kFail, ErrorKind::kUnsupported};
  });
  const Status refused = Drive(process, environment_, paths_, plan_).status();
  EXPECT_TRUE(Is(refused, ErrorKind::kUnsupported)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("are not on one file system"));
}

TEST_F(JobConflictTest, RestartWithdrawsAnUnfinishedGenerationAndBeginsTheNext) {
  auto old = OpenAndCommitAll(plan_);
  const auto renewed =
      Drive(*fs_, environment_, paths_, MakePlan("nightly", kModelB), Restart::kYes);
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  CheckPublished("nightly", 2);
  EXPECT_EQ(FinOf("nightly", 1), Outcome::kAbandoned);
  EXPECT_EQ(FinOf("nightly", 2), Outcome::kPublished);

  EXPECT_TRUE(Is(old->Publish("{}").status(), ErrorKind::kCommitConflict));
  EXPECT_TRUE(Is(old->BeginAttempt(0).status(), ErrorKind::kCommitConflict));
  EXPECT_TRUE(Is(old->MissingSplits().status(), ErrorKind::kCommitConflict));
  CheckPublished("nightly", 2);
}

TEST_F(JobConflictTest, ATaskOfAWithdrawnGenerationCannotCommit) {
  auto old = MustOpen(plan_);
  const TaskCommit task = WriteAttempt(*fs_, *old, 0).ValueOrDie();
  MustOpen(plan_, Restart::kYes);
  const Status refused = old->CommitTask(task).status();
  EXPECT_TRUE(Is(refused, ErrorKind::kCommitConflict)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("withdrawn"));
}

TEST_F(JobConflictTest, RestartNeverTouchesAPublishedDataset) {
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
  const auto before = Tree(*fs_, "/lake");
  const Status refused = Open(plan_, Restart::kYes).status();
  EXPECT_TRUE(Is(refused, ErrorKind::kAlreadyExists)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("remove it or choose another output"));
  EXPECT_EQ(Tree(*fs_, "/lake"), before);
}

TEST_F(JobConflictTest, TwoRestartsAtOnceShareOneNewGeneration) {
  MustOpen(plan_);
  const JobPlan renewed = MakePlan("nightly", kModelB);
  std::unique_ptr<Job> inner;
  bool paused = false;
  FaultyFileSystem process(*fs_, [&](const CallInfo& call) {
    if (!paused && call.target.ends_with("/withdrawn")) {
      paused = true;
      inner = MustOpen(renewed, Restart::kYes);
    }
    return Fault{};
  });
  const auto outer = Job::Open(process, environment_, paths_, renewed, Restart::kYes);
  ASSERT_TRUE(outer.ok()) << outer.status();
  EXPECT_EQ(inner->generation(), 2);
  EXPECT_EQ((*outer)->generation(), 2);
}

TEST_F(JobConflictTest, WhatANewerEngineWroteIsLeftToItAndNamed) {
  const std::string work = paths_.work("nightly", 1);
  const auto make_newer = [&](const std::string& path) {
    std::string text = Get(path);
    const std::string ours = R"("format_version":1)";
    ASSERT_NE(text.find(ours), text.npos) << path;
    Put(path, text.replace(text.find(ours), ours.size(), R"("format_version":2)"));
  };
  const auto refuses = [&](const Status& status, const std::string& path) {
    EXPECT_TRUE(Is(status, ErrorKind::kUnsupported)) << path << status;
    EXPECT_THAT(status.message(), HasSubstr(path + ": written by a newer Howdah"));
  };
  auto job = MustOpen(plan_);
  MustCommit(*job, 0);
  MustCommit(*job, 1);
  make_newer(work + "/plan.json");
  refuses(Open(plan_).status(), work + "/plan.json");
  refuses(Recover(*fs_, environment_, paths_).status(), work + "/plan.json");

  Put(work + "/plan.json", ToJson(plan_, 1));
  make_newer(work + "/done/00001.json");
  refuses(job->Publish("{}").status(), work + "/sealed/00001.json");
  EXPECT_TRUE(Tree(*fs_, paths_.dataset).empty());

  Reset();
  ASSERT_TRUE(Drive(*fs_, environment_, paths_, plan_).ok());
  make_newer(work + "/FIN");
  refuses(Open(plan_).status(), work + "/FIN");
  make_newer("/lake/out/.howdah-ledger");
  refuses(LookAtJob(*fs_, paths_, MakePlan("other"), Restart::kNo).status(),
          "/lake/out/.howdah-ledger");
}

}  // namespace
}  // namespace howdah
