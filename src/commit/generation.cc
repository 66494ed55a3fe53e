#include "commit/generation.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/log.h"
#include "commit/control_file.h"

namespace howdah {

Result<GenerationState> LookAtGeneration(FileSystem& fs, const WorkDirectory& work) {
  const Result<std::string> text = ReadFile(fs, work.fin());
  if (text.ok()) {
    HOWDAH_ASSIGN_OR_RETURN(const Fin fin, ParseFin(*text, work.fin()));
    const bool published = fin.outcome == Outcome::kPublished;
    return GenerationState{published ? Stage::kPublished : Stage::kWithdrawn, true,
                           fin.finished_us};
  }
  if (!Is(text.status(), ErrorKind::kNotFound)) return text.status();

  // data/ before withdrawn/: between the two looks a name can only move from first to
  // second.
  HOWDAH_ASSIGN_OR_RETURN(const bool has_data, Exists(fs, work.data()));
  if (has_data) {
    HOWDAH_ASSIGN_OR_RETURN(const bool sealed, Exists(fs, work.sealed()));
    return GenerationState{sealed ? Stage::kSealed : Stage::kRunning};
  }
  HOWDAH_ASSIGN_OR_RETURN(const bool withdrawn, Exists(fs, work.withdrawn()));
  if (withdrawn) return GenerationState{Stage::kWithdrawn};
  HOWDAH_ASSIGN_OR_RETURN(const bool has_plan, Exists(fs, work.plan()));
  return GenerationState{has_plan ? Stage::kPublished : Stage::kGone};
}

Result<std::vector<WorkDirectory>> ListGenerations(FileSystem& fs,
                                                   const DatasetPaths& paths) {
  std::vector<WorkDirectory> generations;
  const Result<std::vector<FileInfo>> entries = fs.List(paths.jobs());
  if (Is(entries.status(), ErrorKind::kNotFound)) return generations;
  HOWDAH_RETURN_IF_ERROR(entries.status());
  for (const FileInfo& entry : *entries) {
    if (auto work = WorkDirectory::Parse(paths, entry.name())) {
      generations.push_back(*std::move(work));
    }
  }
  std::sort(generations.begin(), generations.end(),
            [](const WorkDirectory& a, const WorkDirectory& b) {
              return std::tie(a.job_id, a.generation) < std::tie(b.job_id, b.generation);
            });
  return generations;
}

Result<JobPlan> ReadPlan(FileSystem& fs, const WorkDirectory& work) {
  const Result<std::string> text = ReadFile(fs, work.plan());
  if (Is(text.status(), ErrorKind::kNotFound)) {
    return Error(
        ErrorKind::kCorruption,
        "'{}' has no plan.json: it is damaged; `howdah recover --abandon` withdraws "
        "it",
        work.path);
  }
  HOWDAH_RETURN_IF_ERROR(text.status());
  HOWDAH_ASSIGN_OR_RETURN(JobPlan plan, ParsePlan(*text, work.plan()));
  if (plan.job_id != work.job_id) {
    return Error(ErrorKind::kCorruption,
                 "{}: field 'job_id' is '{}', expected '{}' as in the directory's name",
                 work.plan(), plan.job_id, work.job_id);
  }
  return plan;
}

Result<Stage> Withdraw(const LandingContext& landing) {
  const WorkDirectory& work = landing.work;
  Status renamed;
  for (int i = 0; i < 2; ++i) {
    renamed = landing.fs.Rename(work.data(), work.withdrawn(), IfExists::kFail);
    if (renamed.ok()) return Stage::kWithdrawn;
    HOWDAH_ASSIGN_OR_RETURN(const GenerationState state,
                            LookAtGeneration(landing.fs, work));
    if (state.IsOver()) return state.stage;
    if (!Is(renamed, ErrorKind::kCommitStateUnknown)) return renamed;
  }
  return Unresolved(renamed);
}

void Finish(const LandingContext& landing, Outcome outcome) {
  const WorkDirectory& work = landing.work;
  const Fin fin{work.job_id, work.generation, outcome, landing.environment.NowMicros()};
  const Status placed = PlaceControlFile(landing.fs, landing.environment, work.tmp(),
                                         work.fin(), ToJson(fin));
  // Another driver may have been first, and may have cleaned up already; or its history
  // was removed.
  if (!placed.ok() && !Exists(landing.fs, work.fin()).ValueOr(false)) {
    if (!Exists(landing.fs, work.path).ValueOr(true)) return;
    Log(LogLevel::kWarning, "{}: could not write '{}' ({}): `howdah recover` will",
        work.Describe(), work.fin(), placed.message());
    return;
  }
  CleanUp(landing);
}

void CleanUp(const LandingContext& landing) {
  const WorkDirectory& work = landing.work;
  // data/ is not in the list: it is gone before FIN, and a removal of many steps must
  // never run beside a rename that makes the same tree the dataset.
  std::vector<std::string> payload = {work.attempts(), work.tmp(), work.done(),
                                      work.quarantine()};
  const Result<std::vector<FileInfo>> withdrawn = landing.fs.List(work.withdrawn());
  if (withdrawn.ok()) {
    for (const FileInfo& entry : *withdrawn) payload.push_back(entry.path);
  }
  for (const std::string& path : payload) {
    const Status removed = landing.fs.DeleteTree(path);
    if (removed.ok() || Is(removed, ErrorKind::kNotFound)) continue;
    Log(LogLevel::kWarning, "{}: could not remove '{}': {}", work.Describe(), path,
        removed.message());
  }
}

}  // namespace howdah
