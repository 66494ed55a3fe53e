#include "commit/commit_test_support.h"

#include "base/digest.h"
#include "base/log.h"
#include "commit/work_directory.h"
#include "types/hive_escape.h"

namespace howdah {

JobPlan MakePlan(const std::string& job_id, const std::string& semantic) {
  JobPlan plan;
  plan.job_id = job_id;
  plan.semantic = semantic;
  plan.inputs = {{"/in/a.parquet", 1000, 5}, {"/in/b.parquet", 2000, 6}};
  plan.splits = {{0, {{0, 0, 1, 0, 0, 0, 10}}},
                 {1, {{0, 1, 2, 0, 0, 10, 5}, {1, 0, 3, 0, 0, 0, 15}}}};
  return plan;
}

namespace {

std::string Contents(const std::string& generation, int64_t split, int64_t file) {
  return fmt::format("{} split {} file {}", generation, split, file);
}

Status WriteText(FileSystem& fs, const std::string& directory, const std::string& text,
                 FileRecord& file) {
  HOWDAH_ASSIGN_OR_RETURN(
      const ClosedFile closed,
      WriteFile(fs, JoinPath(directory, file.staged_path), text, IfExists::kFail));
  file.bytes = closed.size;
  file.crc32c = closed.crc32c;
  return Status::OK();
}

Status WriteFiles(FileSystem& fs, Job& job, const Attempt& attempt, TaskCommit& task) {
  const std::string generation =
      fmt::format("{}.{}", job.plan().job_id, job.generation());
  if (attempt.task == 1) {
    FileRecord file;
    file.staged_path = "0.part";
    file.path = job.QuarantinePath(attempt.task, 0);
    file.rows = task.rows_quarantined = 4;
    task.rows_written -= file.rows;
    HOWDAH_ASSIGN_OR_RETURN(const std::string directory,
                            job.QuarantineDirectory(attempt));
    HOWDAH_RETURN_IF_ERROR(WriteText(fs, directory, generation + " quarantine", file));
    task.quarantine.push_back(file);
  }
  const int64_t files = attempt.task == 1 ? 2 : 1;
  for (int64_t i = 0; i < files; ++i) {
    const std::string text = Contents(generation, attempt.task, i);
    FileRecord file;
    file.staged_path = fmt::format("{}.staged", i);
    file.path = (i == 1 ? "dt=1/" : "") + job.DataFileName(attempt.task, i, ".dat");
    file.rows = task.rows_written / files;
    file.row_groups = 1;
    file.columns = {{"score", 40, 80, 0}};
    HOWDAH_RETURN_IF_ERROR(WriteText(fs, attempt.directory, text, file));
    task.files.push_back(file);
  }
  return Status::OK();
}

}  // namespace

Result<TaskCommit> WriteAttempt(FileSystem& fs, Job& job, int64_t split) {
  HOWDAH_ASSIGN_OR_RETURN(const Attempt attempt, job.BeginAttempt(split));
  TaskCommit task;
  task.split = split;
  task.attempt = attempt.id;
  task.input_rows = job.plan().splits[static_cast<size_t>(split)].rows();
  task.rows_written = task.input_rows;
  task.started_us = 1;
  task.finished_us = 2;
  const Status written = WriteFiles(fs, job, attempt, task);
  if (!written.ok()) {
    job.DiscardAttempt(attempt);
    return written;
  }
  return task;
}

Result<MergeCommit> WriteMerge(FileSystem& fs, Job& job, const Merge& merge) {
  HOWDAH_ASSIGN_OR_RETURN(const Attempt attempt, job.BeginAttempt(merge.task));
  MergeCommit commit;
  commit.task = merge.task;
  commit.attempt = attempt.id;
  FileRecord& file = commit.file;
  file.staged_path = "0.staged";
  file.path = job.DataFileName(merge.task, 0, ".dat");
  file.row_groups = 1;
  const auto write = [&]() -> Status {
    std::string text;
    for (const Merge::Source& source : merge.sources) {
      HOWDAH_ASSIGN_OR_RETURN(const std::string part, ReadFile(fs, source.staged));
      text += part;
      file.rows += source.file.rows;
      commit.sources.push_back(source.file.path);
    }
    return WriteText(fs, attempt.directory, text, file);
  };
  const Status written = write();
  if (written.ok()) return commit;
  job.DiscardAttempt(attempt);
  return written;
}

Result<Ledger> Drive(FileSystem& fs, Environment& environment, const DatasetPaths& paths,
                     const JobPlan& plan, Restart restart) {
  HOWDAH_ASSIGN_OR_RETURN(auto job, Job::Open(fs, environment, paths, plan, restart));
  if (job->published()) return *job->published();
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<int64_t> missing, job->MissingSplits());
  for (const int64_t split : missing) {
    Result<TaskCommit> task = WriteAttempt(fs, *job, split);
    if (!task.ok()) task = WriteAttempt(fs, *job, split);
    HOWDAH_RETURN_IF_ERROR(task.status());
    HOWDAH_RETURN_IF_ERROR(job->CommitTask(*task).status());
  }
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<Merge> merges, job->MissingMerges());
  for (const Merge& merge : merges) {
    Result<MergeCommit> commit = WriteMerge(fs, *job, merge);
    if (!commit.ok()) commit = WriteMerge(fs, *job, merge);
    HOWDAH_RETURN_IF_ERROR(commit.status());
    HOWDAH_RETURN_IF_ERROR(job->CommitMerge(merge, *commit).status());
  }
  return job->Publish(R"({"by":"test"})");
}

std::map<std::string, std::string> Tree(FileSystem& fs, const std::string& directory) {
  std::map<std::string, std::string> tree;
  std::vector<std::string> to_list = {directory};
  while (!to_list.empty()) {
    const std::string at = to_list.back();
    to_list.pop_back();
    const auto entries = fs.List(at);
    if (!entries.ok()) continue;
    for (const FileInfo& entry : *entries) {
      const std::string path = entry.path.substr(directory.size() + 1);
      if (entry.type == FileType::kDirectory) {
        to_list.push_back(entry.path);
        tree[path + "/"] = "";
      } else {
        tree[path] = ReadFile(fs, entry.path).ValueOr("cannot be read");
      }
    }
  }
  return tree;
}

CommitTest::CommitTest() {
  // Thousands of crashes would be logged.
  static const bool quiet = (InitLog(LogFormat::kText, LogLevel::kError), true);
  static_cast<void>(quiet);
  Reset();
}

void CommitTest::Reset() {
  fs_ = MakeMemoryFileSystem(environment_);
  ASSERT_TRUE(fs_->CreateDirectory("/lake").ok());
}

std::map<std::string, std::string> CommitTest::ExpectedFiles(const Ledger& ledger) {
  const std::string name = fmt::format("{}.{}", ledger.job_id, ledger.generation);
  const std::string hash = Sha256Hex(name).substr(0, 16);
  const std::string quarantine =
      fmt::format(".howdah-quarantine/{}/", HiveEscape(ledger.job_id));
  std::map<std::string, std::string> files = {
      {"dt=1/", ""},
      {".howdah-quarantine/", ""},
      {quarantine, ""},
      {fmt::format("{}part-00001-0-{}.quarantine", quarantine, hash),
       name + " quarantine"},
      {"_SUCCESS", ""},
      {fmt::format("dt=1/part-00001-1-{}.dat", hash), Contents(name, 1, 1)}};
  if (ledger.plan.merge_bytes == 0) {
    files[fmt::format("part-00000-0-{}.dat", hash)] = Contents(name, 0, 0);
    files[fmt::format("part-00001-0-{}.dat", hash)] = Contents(name, 1, 0);
  } else {
    files[fmt::format("part-00002-0-{}.dat", hash)] =
        Contents(name, 0, 0) + Contents(name, 1, 0);
  }
  return files;
}

void CommitTest::CheckReadersView(const std::vector<std::string>& allowed) {
  auto tree = Tree(*fs_, paths_.dataset);
  if (tree.empty()) return;
  ASSERT_EQ(tree.count(kLedgerName), 1u) << "a dataset without ledger became visible";
  const Result<Ledger> ledger = ReadLedger(*fs_, paths_.dataset);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  const std::string name = fmt::format("{}.{}", ledger->job_id, ledger->generation);
  ASSERT_NE(std::find(allowed.begin(), allowed.end(), name), allowed.end()) << name;
  tree.erase(kLedgerName);
  ASSERT_EQ(tree, ExpectedFiles(*ledger));
}

void CommitTest::CheckPublished(const std::string& job_id, int64_t generation) {
  CheckReadersView({fmt::format("{}.{}", job_id, generation)});
  const Result<Ledger> ledger = ReadLedger(*fs_, paths_.dataset);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  EXPECT_EQ(ledger->rows_written(), 26);
  EXPECT_EQ(ledger->rows_quarantined(), 4);
  EXPECT_EQ(ledger->files(), ledger->plan.merge_bytes == 0 ? 3 : 2);
  EXPECT_TRUE(VerifyLedger(*ledger).empty());
  const auto listing = VerifyListing(*fs_, paths_.dataset, *ledger);
  const auto checksums = VerifyChecksums(*fs_, paths_.dataset, *ledger);
  ASSERT_TRUE(listing.ok() && checksums.ok());
  EXPECT_TRUE(listing->empty());
  EXPECT_TRUE(checksums->empty());
}

std::unique_ptr<Job> CommitTest::MustOpen(const JobPlan& plan, Restart restart) {
  auto job = Open(plan, restart);
  EXPECT_TRUE(job.ok()) << job.status();
  return std::move(job).ValueOrDie();
}

void CommitTest::MustCommit(Job& job, int64_t split) {
  const auto task = WriteAttempt(*fs_, job, split);
  ASSERT_TRUE(task.ok()) << task.status();
  const auto outcome = job.CommitTask(*task);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  ASSERT_EQ(*outcome, TaskOutcome::kCommitted);
}

void CommitTest::Put(const std::string& path, const std::string& text) {
  const auto written = WriteFile(*fs_, path, text, IfExists::kReplace);
  ASSERT_TRUE(written.ok()) << written.status();
}

std::string CommitTest::Get(const std::string& path) {
  return ReadFile(*fs_, path).ValueOr("cannot be read");
}

}  // namespace howdah
