#include "commit/publish.h"

#include "commit/dataset_view.h"
#include "commit/seal.h"

namespace howdah {
namespace {

Status OverError(const Landing& landing, Stage stage) {
  const bool withdrawn = stage == Stage::kWithdrawn;
  return Error(ErrorKind::kCommitConflict, "{} {}", landing.work.Describe(),
               withdrawn
                   ? "was withdrawn meanwhile by somebody else (--restart, or `howdah "
                     "recover --abandon`); nothing visible changed"
                   : "was finished meanwhile by another driver; run the same command "
                     "to see the result");
}

/// State 6: the rename that succeeds iff D is absent or empty. A lost answer is looked
/// into, and the request is repeated once where it was proven not to have been carried
/// out: data/ can become D only once.
Status RenameIntoPlace(const Landing& landing) {
  const std::string data = landing.work.data();
  const Status renamed =
      landing.fs.Rename(data, landing.paths.dataset, IfExists::kReplace);
  if (Is(renamed, ErrorKind::kUnsupported)) {
    return Error(
        ErrorKind::kUnsupported,
        "'{}' and its staging '{}' are not on one file system, so the dataset cannot "
        "appear in one step ({}): set output.staging to a directory beside the output",
        landing.paths.dataset, landing.paths.staging, renamed.message());
  }
  if (!Is(renamed, ErrorKind::kCommitStateUnknown)) return renamed;
  if (!Exists(landing.fs, data).ValueOr(false)) return renamed;
  return landing.fs.Rename(data, landing.paths.dataset, IfExists::kReplace);
}

Status EndNotKnown(const Landing& landing, const Status& status, const Status& look) {
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
void EndInConflict(const Landing& landing) {
  const Result<Stage> stage = Withdraw(landing);
  if (!stage.ok() || *stage == Stage::kGone)
    return;  // left as it is: resumable, or tidied
  Finish(landing, *stage == Stage::kPublished ? Outcome::kPublished : Outcome::kConflict);
}

/// A step failed, for whatever reason: what now stands in W and at D decides, not the
/// error.
Result<Ledger> Settle(const Landing& landing, const Status& status) {
  const std::string& dataset = landing.paths.dataset;
  // W before D: a generation that is seen as published here is seen at D, unless it left
  // again.
  const Result<GenerationState> state = LookAtGeneration(landing.fs, landing.work);
  if (!state.ok()) return EndNotKnown(landing, status, state.status());
  Result<DatasetView> view = LookAtDataset(landing.fs, dataset);
  if (!view.ok() && !Is(view.status(), ErrorKind::kAlreadyExists)) {
    return EndNotKnown(landing, status, view.status());
  }
  if (view.ok() && view->IsResultOf(landing.work)) {
    Finish(landing, Outcome::kPublished);
    return *std::move(view->ledger);
  }
  if (state->IsOver()) return OverError(landing, state->stage);
  if (!view.ok()) {
    return Error(ErrorKind::kCommitConflict, "{}; nothing visible changed",
                 view.status().message());
  }
  if (view->ledger) {
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

Result<Ledger> PublishGeneration(const Landing& landing, const JobPlan& plan,
                                 const std::string& run) {
  Status status = Seal(landing, plan);
  Result<Ledger> assembled = Ledger();
  if (status.ok()) {
    assembled = Assemble(landing, plan, run);
    status = assembled.status();
  }
  if (status.ok()) status = RenameIntoPlace(landing);
  if (!status.ok()) return Settle(landing, status);
  Finish(landing, Outcome::kPublished);
  return assembled;
}

Status ExplainFailure(const Landing& landing, const Status& status) {
  const Result<GenerationState> state = LookAtGeneration(landing.fs, landing.work);
  if (state.ok() && state->IsOver()) return OverError(landing, state->stage);
  return status;
}

}  // namespace howdah
