#pragma once

#include <vector>

#include "base/environment.h"
#include "base/status.h"
#include "commit/fin.h"
#include "commit/ledger.h"
#include "commit/work_directory.h"
#include "storage/file_system.h"

namespace howdah {

/// How far a generation is, read from names alone.
enum class Stage {
  kRunning,    ///< tasks may commit
  kSealed,     ///< every split is done: what is left needs no scoring
  kPublished,  ///< its tree became the dataset; whether it still is, D tells
  kWithdrawn,  ///< it can never be published: abandoned, or another job was first
  kGone,       ///< its history has been removed
};

struct GenerationState {
  Stage stage = Stage::kRunning;
  bool has_fin = false;
  int64_t finished_us = 0;  ///< by FIN

  bool IsOver() const { return stage != Stage::kRunning && stage != Stage::kSealed; }
};

/// W/data leaves its name in two ways only: published or withdrawn. So where it is gone,
/// and no `withdrawn` is there, it was published, with or without FIN. Errors: not known.
Result<GenerationState> LookAtGeneration(FileSystem& fs, const WorkDirectory& work);

/// All generations of all jobs in H/jobs, by job id and number. Names of no job are
/// passed over.
Result<std::vector<WorkDirectory>> ListGenerations(FileSystem& fs,
                                                   const DatasetPaths& paths);

/// plan.json. Corruption: missing, damaged, or of another job.
Result<JobPlan> ReadPlan(FileSystem& fs, const WorkDirectory& work);

/// A generation and what is needed to act on it.
struct LandingContext {
  FileSystem& fs;
  Environment& environment;
  DatasetPaths paths;
  WorkDirectory work;
};

/// Rename data -> withdrawn: the same inode arbitrates between this and a publish.
/// \return the stage after it: kWithdrawn, or kPublished or kGone when that came first.
Result<Stage> Withdraw(const LandingContext& landing);

/// State 7: FIN (the first one written stays), then CleanUp. Best effort: what fails is
/// logged, and is done by the next Open or Recover.
void Finish(const LandingContext& landing, Outcome outcome);

/// Remove the payload of a generation that is over. The names plan.json, sealed,
/// withdrawn and FIN stay: by them every call of a process that comes back late fails.
/// Best effort.
void CleanUp(const LandingContext& landing);

}  // namespace howdah
