#include "commit/publish.h"

#include "commit/access.h"
#include "commit/control_file.h"
#include "commit/dataset_view.h"
#include "commit/seal.h"
#include "commit/swap_steps.h"

namespace howdah {
namespace {

Status OverError(const LandingContext& landing, Stage stage) {
  const bool withdrawn = stage == Stage::kWithdrawn;
  return Error(ErrorKind::kCommitConflict, "{} {}", landing.work.Describe(),
               withdrawn
                   ? "was withdrawn meanwhile by somebody else (--restart, or `howdah "
                     "recover --abandon`); nothing visible changed"
                   : "was finished meanwhile by another driver; run the same command "
                     "to see the result");
}

/// State 6: the rename that succeeds iff `target` is absent or empty. A lost answer is
/// looked into, and the request is repeated once where it was proven not to have been
/// carried out: data/ can become D only once.
Status RenameIntoPlace(const LandingContext& landing, const std::string& target) {
  const std::string data = landing.work.data();
  const Status renamed = landing.fs.Rename(data, target, IfExists::kReplace);
  if (Is(renamed, ErrorKind::kUnsupported)) {
    return Error(
        ErrorKind::kUnsupported,
        "'{}' and its staging '{}' are not on one file system, so the dataset cannot "
        "appear in one step ({}): set output.staging to a directory beside the output",
        landing.paths.dataset, landing.paths.staging, renamed.message());
  }
  if (!Is(renamed, ErrorKind::kCommitStateUnknown)) return renamed;
  if (!Exists(landing.fs, data).ValueOr(false)) return renamed;
  return landing.fs.Rename(data, target, IfExists::kReplace);
}

/// A dataset of mode append without a run: a directory that already has its marker comes
/// to D's name, because an empty one could be taken by a job of mode new.
Status MakeAppendRoot(const LandingContext& landing) {
  FileSystem& fs = landing.fs;
  const DatasetPaths& paths = landing.paths;
  HOWDAH_ASSIGN_OR_RETURN(const AppendRoot root, LookAtAppendRoot(fs, paths.dataset));
  if (root == AppendRoot::kThere) return Status::OK();
  const std::string building = JoinPath(paths.tmp(), RandomHex(landing.environment));
  HOWDAH_RETURN_IF_ERROR(MakeDirectory(fs, paths.tmp()));
  HOWDAH_RETURN_IF_ERROR(MakeDirectory(fs, building));
  HOWDAH_RETURN_IF_ERROR(WriteWhole(fs, JoinPath(building, kAppendMarker), ""));
  HOWDAH_RETURN_IF_ERROR(GiveAccessOf(fs, ParentPath(paths.dataset), building));
  Status renamed;
  for (int i = 0; i < 2; ++i) {
    renamed = fs.Rename(building, paths.dataset, IfExists::kReplace);
    if (renamed.ok()) return renamed;
    HOWDAH_ASSIGN_OR_RETURN(const AppendRoot now, LookAtAppendRoot(fs, paths.dataset));
    if (now == AppendRoot::kThere) {
      if (Is(renamed, ErrorKind::kAlreadyExists)) {
        static_cast<void>(fs.DeleteTree(building));
      }
      return Status::OK();
    }
    if (!Is(renamed, ErrorKind::kCommitStateUnknown)) return renamed;
  }
  return Unresolved(renamed);
}

/// State 6, by mode.
Status BecomeVisible(const LandingContext& landing, const JobPlan& plan) {
  const std::string target = TargetOf(landing.paths, plan.mode, plan.job_id);
  if (plan.mode != PublishMode::kOverwrite) {
    // In the gap of a swap D looks free.
    HOWDAH_RETURN_IF_ERROR(FinishSwaps(landing.fs, landing.environment, landing.paths));
  }
  if (plan.mode == PublishMode::kAppend) HOWDAH_RETURN_IF_ERROR(MakeAppendRoot(landing));
  HOWDAH_RETURN_IF_ERROR(
      GiveAccessOf(landing.fs, ParentPath(target), landing.work.data()));
  if (plan.mode == PublishMode::kOverwrite) return SwapIn(landing);
  return RenameIntoPlace(landing, target);
}

Status EndNotKnown(const LandingContext& landing, const Status& status,
                   const Status& look) {
  return Error(
      ErrorKind::kCommitStateUnknown,
      "whether {} was published to '{}' is not known ({}; {}): run `howdah recover "
      "{}`",
      landing.work.Describe(), landing.paths.dataset, status.message(),
      look.ok() ? "it was not there yet" : look.message(), landing.paths.dataset);
}

/// The dataset belongs to another job, so this generation ends. It is withdrawn first:
/// should the dataset be removed now, no other driver can publish what is being declared
/// a conflict.
void EndInConflict(const LandingContext& landing) {
  const Result<Stage> stage = Withdraw(landing);
  if (!stage.ok() || *stage == Stage::kGone)
    return;  // left as it is: resumable, or tidied
  Finish(landing, *stage == Stage::kPublished ? Outcome::kPublished : Outcome::kConflict);
}

/// A step failed, for whatever reason: what now stands in W and at D decides, not the
/// error.
Result<Ledger> Settle(const LandingContext& landing, const JobPlan& plan,
                      const Status& status) {
  const std::string dataset = TargetOf(landing.paths, plan.mode, plan.job_id);
  // W before D: a generation that is seen as published here is seen at D, unless it left
  // again.
  const Result<GenerationState> state = LookAtGeneration(landing.fs, landing.work);
  if (!state.ok()) return EndNotKnown(landing, status, state.status());
  if (plan.mode == PublishMode::kOverwrite && state->IsOver()) {
    // Claimed for a swap, which need not have ended.
    HOWDAH_RETURN_IF_ERROR(FinishSwaps(landing.fs, landing.environment, landing.paths));
  }
  Result<DatasetView> view =
      LookAtTarget(landing.fs, landing.paths, plan.mode, plan.job_id);
  if (!view.ok() && !Is(view.status(), ErrorKind::kAlreadyExists)) {
    return EndNotKnown(landing, status, view.status());
  }
  if (view.ok() && view->IsResultOf(landing.work)) {
    Finish(landing, Outcome::kPublished);
    return *std::move(view->ledger);
  }
  if (state->IsOver()) return OverError(landing, state->stage);
  if (!view.ok()) {
    // An append job finds a dataset that can never become one of its kind.
    const bool other_mode = plan.mode == PublishMode::kAppend &&
                            ReadLedger(landing.fs, landing.paths.dataset).ok();
    if (other_mode) EndInConflict(landing);
    return Error(ErrorKind::kCommitConflict, "{}; nothing visible changed",
                 view.status().message());
  }
  const bool overwritable = view->ledger && plan.mode == PublishMode::kOverwrite;
  if ((view->ledger && !overwritable) || view->is_append_root) {
    EndInConflict(landing);
    return Error(
        ErrorKind::kCommitConflict,
        "'{}' was published first by {}, so {} was not published; nothing visible "
        "changed: choose another output",
        dataset, view->Describe(), landing.work.Describe());
  }
  if (!view->foreign.empty()) {
    return Error(
        ErrorKind::kCommitConflict,
        "'{}' is not empty any more ({}), so {} was not published; nothing visible "
        "changed: move them away, then run the same command or `howdah recover {}`",
        dataset, view->Describe(), landing.work.Describe(), dataset);
  }
  if (Is(status, ErrorKind::kCommitStateUnknown)) {
    return EndNotKnown(landing, status, Status::OK());
  }
  return Error(KindOf(status),
               "{}; '{}' is unchanged, and the same command goes on from here",
               status.message(), dataset);
}

}  // namespace

Result<Ledger> PublishGeneration(const LandingContext& landing, const JobPlan& plan,
                                 const std::string& run) {
  Status status = Seal(landing, plan);
  Result<Ledger> assembled = Ledger();
  if (status.ok()) {
    assembled = Assemble(landing, plan, run);
    status = assembled.status();
  }
  if (status.ok()) status = BecomeVisible(landing, plan);
  if (!status.ok()) return Settle(landing, plan, status);
  if (plan.mode == PublishMode::kOverwrite) {
    HOWDAH_ASSIGN_OR_RETURN(const GenerationState state,
                            LookAtGeneration(landing.fs, landing.work));
    if (state.stage != Stage::kPublished) return OverError(landing, state.stage);
  }
  Finish(landing, Outcome::kPublished);
  return assembled;
}

Status ExplainFailure(const LandingContext& landing, const Status& status) {
  const Result<GenerationState> state = LookAtGeneration(landing.fs, landing.work);
  if (state.ok() && state->IsOver()) return OverError(landing, state->stage);
  return status;
}

}  // namespace howdah
