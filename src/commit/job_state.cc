#include "commit/job_state.h"

#include <algorithm>

#include "commit/dataset_view.h"
#include "commit/manifests.h"
#include "commit/retired.h"
#include "commit/swap_steps.h"

namespace howdah {
namespace {

/// What could not be written to a control file and read back equal is refused up front.
Status CheckPlan(const JobPlan& plan) {
  if (plan.job_id.empty()) {
    return Error(ErrorKind::kInvalidInput, "the job id is empty: give it a name");
  }
  const Result<JobPlan> read_back = ParsePlan(ToJson(plan, 1), "the plan");
  HOWDAH_RETURN_IF_ERROR(read_back.status());
  if (read_back->job_id != plan.job_id) {
    return Error(ErrorKind::kInvalidInput, "the job id is not valid UTF-8");
  }
  if (read_back->semantic != plan.semantic) {
    return Error(ErrorKind::kInternal, "the plan's semantic part is not canonical JSON");
  }
  for (size_t i = 0; i < plan.inputs.size(); ++i) {
    if (read_back->inputs[i].url == plan.inputs[i].url) continue;
    return Error(ErrorKind::kInvalidInput,
                 "the name of the input file '{}' is not valid UTF-8: rename it",
                 read_back->inputs[i].url);
  }
  return Status::OK();
}

Result<std::optional<WorkDirectory>> FindLast(FileSystem& fs, const DatasetPaths& paths,
                                              const std::string& job_id) {
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<WorkDirectory> all,
                          ListGenerations(fs, paths));
  std::optional<WorkDirectory> last;
  for (const WorkDirectory& work : all) {  // ascending
    if (work.job_id == job_id) last = work;
  }
  return last;
}

/// The nearest directory at or above `path` that exists.
Result<FileInfo> NearestExisting(FileSystem& fs, const std::string& path) {
  std::string at = path;
  Result<FileInfo> info = fs.Stat(at);
  while (Is(info.status(), ErrorKind::kNotFound) && at != "/") {
    at = ParentPath(at);
    info = fs.Stat(at);
  }
  HOWDAH_RETURN_IF_ERROR(info.status());
  if (info->type != FileType::kDirectory) {
    return Error(ErrorKind::kInvalidInput,
                 "'{}' is not a directory, so '{}' cannot be made", at, path);
  }
  info->path = at;
  return info;
}

/// True if some directory below `top` on the way down to `path` is a mount point. Through
/// a symbolic link names do not tell: false.
Result<bool> CrossesMount(FileSystem& fs, const std::string& top,
                          const std::string& path) {
  for (std::string at = path; at.size() > top.size(); at = ParentPath(at)) {
    const Result<FileInfo> info = fs.Stat(at);
    if (Is(info.status(), ErrorKind::kNotFound)) continue;
    HOWDAH_RETURN_IF_ERROR(info.status());
    if (info->is_symlink) return false;
    if (info->is_mount_point) return true;
  }
  return false;
}

std::string CommonAncestor(const std::string& a, const std::string& b) {
  std::string common = a;
  while (common != "/" && b != common && !b.starts_with(common + "/")) {
    common = ParentPath(common);
  }
  return common;
}

/// Can the dataset and its staging be made where they shall be? Early hints only: the
/// rename that publishes decides.
Status CheckPlaces(FileSystem& fs, const DatasetPaths& paths) {
  const std::string parent = ParentPath(paths.dataset);
  HOWDAH_ASSIGN_OR_RETURN(const FileInfo nearest, NearestExisting(fs, parent));
  const Status writable = fs.CheckWritable(nearest.path);
  if (Is(writable, ErrorKind::kPermissionDenied)) {
    return Error(
        ErrorKind::kPermissionDenied,
        "nothing can be created in '{}', where the dataset '{}' must appear by a "
        "rename: get write permission there, or choose another output "
        "(output.staging moves only the staging '{}'); {}",
        nearest.path, paths.dataset, paths.staging, writable.message());
  }
  HOWDAH_RETURN_IF_ERROR(writable);

  for (const std::string& directory : {paths.tmp(), paths.jobs()}) {
    HOWDAH_ASSIGN_OR_RETURN(const FileInfo base, NearestExisting(fs, directory));
    if (base.path == nearest.path) continue;
    const Status staging_writable = fs.CheckWritable(base.path);
    if (Is(staging_writable, ErrorKind::kPermissionDenied)) {
      return Error(ErrorKind::kPermissionDenied,
                   "nothing can be created in '{}', where the job's staging must be: get "
                   "write permission there, or set output.staging to a directory on the "
                   "same file system; {}",
                   base.path, staging_writable.message());
    }
    HOWDAH_RETURN_IF_ERROR(staging_writable);
  }

  if (ParentPath(paths.staging) == parent) return Status::OK();
  const std::string common = CommonAncestor(parent, paths.staging);
  HOWDAH_ASSIGN_OR_RETURN(const bool parent_mounted, CrossesMount(fs, common, parent));
  HOWDAH_ASSIGN_OR_RETURN(const bool staging_mounted,
                          CrossesMount(fs, common, paths.staging));
  if (parent_mounted != staging_mounted) {
    return Error(
        ErrorKind::kUnsupported,
        "output.staging '{}' is not on the file system of the output '{}', so the "
        "dataset could not appear in one step: choose a directory on the same one",
        ParentPath(paths.staging), paths.dataset);
  }
  return Status::OK();
}

/// The rules when `dataset` holds something: it is this job's result, or an error.
Status CheckHolder(const std::string& dataset, const DatasetView& view,
                   const JobPlan& plan, Restart restart) {
  if (!view.ledger) {
    return Error(ErrorKind::kAlreadyExists,
                 "the output '{}' is not empty (it holds {}): choose another output, or "
                 "remove what is there",
                 dataset, view.Describe());
  }
  if (view.ledger->job_id != plan.job_id) {
    return Error(
        ErrorKind::kAlreadyExists,
        "the output '{}' already holds the result of {}, not of job '{}': choose "
        "another output, or remove what is there",
        dataset, view.Describe(), plan.job_id);
  }
  if (view.ledger->plan.semantic != plan.semantic) {
    return Error(
        ErrorKind::kInvalidInput,
        "the output '{}' was published by job '{}' with another plan ({}): choose "
        "another output and another job id, or remove what is there",
        dataset, plan.job_id,
        DescribeDifference(view.ledger->plan.semantic, plan.semantic));
  }
  if (restart == Restart::kYes) {
    return Error(
        ErrorKind::kAlreadyExists,
        "the output '{}' already holds the result of {}, which --restart does not "
        "touch: remove it or choose another output",
        dataset, view.Describe());
  }
  return Status::OK();
}

/// Mode overwrite: may the job run, although something stands at D? \return false: it is
/// this job's, and CheckHolder has the rules.
Result<bool> MayOverwrite(FileSystem& fs, const DatasetPaths& paths,
                          const DatasetView& view, const JobPlan& plan, Restart restart,
                          const JobSurvey& survey) {
  if (!view.ledger || view.ledger->plan.mode == PublishMode::kAppend) {
    return Error(ErrorKind::kAlreadyExists,
                 "the output '{}' is not a dataset that mode overwrite may replace (it "
                 "holds {}): choose another output, or move away what is there",
                 paths.dataset, view.Describe());
  }
  if (restart == Restart::kYes) return true;
  if (view.ledger->job_id == plan.job_id) return false;
  HOWDAH_ASSIGN_OR_RETURN(const bool swapped_in, WasSwappedIn(fs, paths, plan.job_id));
  const bool unfinished = survey.last && !survey.last_state.IsOver();
  if (!swapped_in || unfinished || survey.being_swapped_in) return true;
  return Error(ErrorKind::kAlreadyExists,
               "job '{}' was published to '{}' before, which shows {} now: give this run "
               "another job id, publish it once more with --restart, or go back to what "
               "it landed with `howdah rollback`",
               plan.job_id, paths.dataset, view.Describe());
}

/// The rules for an unfinished generation of the same job.
Status Resume(FileSystem& fs, const JobPlan& plan, Restart restart, JobSurvey& survey) {
  const WorkDirectory& last = *survey.last;
  if (restart == Restart::kYes) {
    survey.withdraw_last = true;
    return Status::OK();
  }
  HOWDAH_ASSIGN_OR_RETURN(survey.frozen, ReadPlan(fs, last));
  if (survey.frozen->semantic != plan.semantic) {
    return Error(ErrorKind::kInvalidInput,
                 "{} was begun with another plan ({}): run it as it was, give this one "
                 "another job id, or drop what it has done with --restart",
                 last.Describe(),
                 DescribeDifference(survey.frozen->semantic, plan.semantic));
  }
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<int64_t> committed, ListCommitted(fs, last));
  survey.status.state = JobState::kResume;
  survey.status.generation = last.generation;
  survey.status.splits_done = CountSplits(committed, *survey.frozen);
  return Status::OK();
}

}  // namespace

Result<JobSurvey> SurveyJob(FileSystem& fs, const DatasetPaths& paths,
                            const JobPlan& plan, Restart restart) {
  HOWDAH_RETURN_IF_ERROR(CheckPlan(plan));
  JobSurvey survey;
  // The generation before D: one that is published in between is then seen at D.
  HOWDAH_ASSIGN_OR_RETURN(survey.last, FindLast(fs, paths, plan.job_id));
  HOWDAH_ASSIGN_OR_RETURN(const int64_t retired, LastRetired(fs, paths, plan.job_id));
  if (survey.last) {
    HOWDAH_ASSIGN_OR_RETURN(survey.last_state, LookAtGeneration(fs, *survey.last));
  }
  if (plan.mode == PublishMode::kOverwrite && survey.last) {
    HOWDAH_ASSIGN_OR_RETURN(
        survey.being_swapped_in,
        IsBeingSwappedIn(fs, paths, {plan.job_id, survey.last->generation}));
  }
  HOWDAH_ASSIGN_OR_RETURN(DatasetView view,
                          LookAtTarget(fs, paths, plan.mode, plan.job_id));
  bool may_run = view.IsFree();
  if (!may_run && plan.mode == PublishMode::kOverwrite) {
    HOWDAH_ASSIGN_OR_RETURN(may_run,
                            MayOverwrite(fs, paths, view, plan, restart, survey));
  }
  if (!may_run) {
    const std::string target = TargetOf(paths, plan.mode, plan.job_id);
    HOWDAH_RETURN_IF_ERROR(CheckHolder(target, view, plan, restart));
    survey.status.state = JobState::kPublished;
    survey.status.generation = view.ledger->generation;
    survey.status.ledger = *std::move(view.ledger);
    return survey;
  }
  HOWDAH_RETURN_IF_ERROR(CheckPlaces(fs, paths));
  const int64_t last = survey.last ? survey.last->generation : 0;
  survey.status.generation = std::max(last, retired) + 1;
  if (survey.being_swapped_in) {
    survey.status.state = JobState::kResume;
    survey.status.generation = last;
    survey.status.splits_done = static_cast<int64_t>(plan.splits.size());
    return survey;
  }
  if (!survey.last || survey.last_state.IsOver()) return survey;
  if (last <= retired) {
    // Set up by a process that was paused since before the number was retired.
    survey.withdraw_last = true;
  } else {
    const Status resumed = Resume(fs, plan, restart, survey);
    if (resumed.ok()) return survey;
    HOWDAH_ASSIGN_OR_RETURN(const GenerationState now,
                            LookAtGeneration(fs, *survey.last));
    if (!now.IsOver()) return resumed;
    return SurveyJob(fs, paths, plan, restart);  // it ended while it was looked at
  }
  return survey;
}

Result<JobStatus> LookAtJob(FileSystem& fs, const DatasetPaths& paths,
                            const JobPlan& plan, Restart restart) {
  HOWDAH_ASSIGN_OR_RETURN(JobSurvey survey, SurveyJob(fs, paths, plan, restart));
  return std::move(survey.status);
}

}  // namespace howdah
