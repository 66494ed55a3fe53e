#include "commit/swap.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "commit/control_file.h"
#include "commit/dataset_view.h"
#include "commit/swap_log.h"
#include "commit/swap_steps.h"

// A swap works in a directory of its own, X = H/swaps/<slot>-<random>, which is there
// before its intent is, and which nobody ever makes again:
//
//   X/in    the tree that shall be seen, from the claim until it is the dataset
//   X/out   what was seen before; an empty directory if that was nothing
//
// 1. claim:  source -> X/in. From here on the swap can only go forward: who withdraws a
//            job renames the same W/data.
// 2. aside:  D -> X/out, or make X/out. Its name stays taken, so that this happens once.
// 3. show:   X/in -> D, which must be absent or empty.
//
// Where the tree is tells how far a swap has come: at its source, not claimed; in X/in,
// claimed; in neither, with X/out there, shown.

namespace howdah {
namespace {

// Each round but the last finds that another process has moved things on.
constexpr int kRounds = 20;

enum class Carried {
  kShown,
  kNotClaimed,  ///< its source had gone
  kTaken,       ///< something stands at D that was not there when it was decided
};

/// `path`, which lies in H, as SwapIntent::source has it.
std::string BelowStaging(const DatasetPaths& paths, const std::string& path) {
  return path.substr(paths.staging.size() + 1);
}

class Swapper {
 public:
  Swapper(FileSystem& fs, Environment& environment, const DatasetPaths& paths)
      : fs_(fs), environment_(environment), paths_(paths) {}

  Status FinishAll() {
    for (int round = 0; round < kRounds; ++round) {
      HOWDAH_ASSIGN_OR_RETURN(const std::vector<SwapSlot> slots, ListSwaps(fs_, paths_));
      const std::optional<SwapSlot> open = FindOpen(slots);
      if (!open) return Status::OK();
      HOWDAH_RETURN_IF_ERROR(Complete(open->slot).status());
    }
    return TooManyRounds();
  }

  /// Decide on a swap, after all others have ended, and carry it out. \return nullopt:
  /// another was first; look again.
  Result<std::optional<SwapEnd>> Propose(SwapKind kind, const JobGeneration& to,
                                         const std::string& source,
                                         const DatasetView& seen) {
    HOWDAH_ASSIGN_OR_RETURN(const std::vector<SwapSlot> slots, ListSwaps(fs_, paths_));
    if (FindOpen(slots)) return std::optional<SwapEnd>();
    SwapIntent intent;
    intent.slot = slots.empty() ? 1 : slots.back().slot + 1;
    intent.kind = kind;
    intent.to = to;
    intent.source = source;
    if (seen.ledger) intent.from = {seen.ledger->job_id, seen.ledger->generation};
    const Status placed = Place(intent);
    if (Is(placed, ErrorKind::kAlreadyExists)) return std::optional<SwapEnd>();
    HOWDAH_RETURN_IF_ERROR(placed);
    HOWDAH_ASSIGN_OR_RETURN(SwapEnd end, Complete(intent.slot));
    return std::optional<SwapEnd>(std::move(end));
  }

  static Status TooManyRounds() {
    return Error(ErrorKind::kTransient,
                 "other processes change the dataset all the time; the same command goes "
                 "on from here");
  }

 private:
  std::string Directory(const SwapIntent& intent) const {
    return JoinPath(paths_.swaps(), intent.directory);
  }
  std::string In(const SwapIntent& intent) const {
    return JoinPath(Directory(intent), "in");
  }
  std::string Out(const SwapIntent& intent) const {
    return JoinPath(Directory(intent), "out");
  }
  /// A rollback claims the whole directory of the swap that it undoes, so that nobody who
  /// was in the middle of that one can put anything there any more.
  std::string Tree(const SwapIntent& intent) const {
    const bool container = intent.kind == SwapKind::kRollback && intent.revision == 0;
    return container ? JoinPath(In(intent), "out") : In(intent);
  }
  /// Make its directory, then decide. AlreadyExists: another was first.
  Status Place(SwapIntent& intent) {
    intent.directory = SwapDirectoryName(intent.slot, environment_);
    intent.decided_us = environment_.NowMicros();
    HOWDAH_RETURN_IF_ERROR(MakeDirectory(fs_, paths_.swaps(), 0700));
    HOWDAH_RETURN_IF_ERROR(MakeDirectory(fs_, Directory(intent)));
    const Status placed = PlaceIntent(fs_, environment_, paths_, intent);
    if (!Is(placed, ErrorKind::kAlreadyExists)) return placed;
    // After a lost answer the one that is there may be ours.
    HOWDAH_ASSIGN_OR_RETURN(const SwapIntent first,
                            ReadIntent(fs_, paths_, intent.slot, intent.revision));
    if (first.directory == intent.directory) return Status::OK();
    static_cast<void>(fs_.DeleteDirectory(Directory(intent)));
    return placed;
  }

  Result<SwapEnd> Complete(int64_t slot) {
    Result<SwapEnd> end = TryToComplete(slot);
    if (end.ok() || Is(end.status(), ErrorKind::kUnsupported)) return end;
    return Error(ErrorKind::kCommitStateUnknown,
                 "a change of the dataset '{}' has begun and is not finished ({}): run "
                 "`howdah recover {}`",
                 paths_.dataset, end.status().message(), paths_.dataset);
  }

  Result<SwapEnd> TryToComplete(int64_t slot) {
    for (int round = 0; round < kRounds; ++round) {
      Result<SwapEnd> end = ReadEnd(fs_, paths_, slot);
      if (!Is(end.status(), ErrorKind::kNotFound)) return end;
      HOWDAH_ASSIGN_OR_RETURN(const int64_t revision, LastRevision(slot));
      HOWDAH_ASSIGN_OR_RETURN(const SwapIntent intent,
                              ReadIntent(fs_, paths_, slot, revision));
      HOWDAH_ASSIGN_OR_RETURN(const Carried carried, Carry(intent));
      // The tree may have left X/in for a later revision's.
      HOWDAH_ASSIGN_OR_RETURN(const int64_t now, LastRevision(slot));
      if (now != revision) continue;
      if (carried == Carried::kTaken) {
        HOWDAH_RETURN_IF_ERROR(MakeWay(intent));
        continue;
      }
      HOWDAH_ASSIGN_OR_RETURN(const bool withdrawn, IsWithdrawn(intent));
      // What a revision finds gone, the one before it has shown.
      const bool published = !withdrawn && (carried == Carried::kShown || revision > 0);
      return PlaceEnd(fs_, environment_, paths_,
                      {slot, published, intent.kind, intent.to, intent.from,
                       environment_.NowMicros()});
    }
    return TooManyRounds();
  }

  Result<int64_t> LastRevision(int64_t slot) {
    HOWDAH_ASSIGN_OR_RETURN(const std::vector<SwapSlot> slots, ListSwaps(fs_, paths_));
    for (const SwapSlot& entry : slots) {
      if (entry.slot == slot) return entry.last_revision;
    }
    return Error(ErrorKind::kCorruption, "'{}' has no intent {}: somebody removed it",
                 paths_.log(), slot);
  }

  Result<Carried> Carry(const SwapIntent& intent) {
    HOWDAH_ASSIGN_OR_RETURN(const std::optional<Carried> before, Claim(intent));
    if (before) return *before;
    HOWDAH_RETURN_IF_ERROR(PutAside(intent));
    return Show(intent);
  }

  /// Step 1. \return nullopt: it is claimed.
  Result<std::optional<Carried>> Claim(const SwapIntent& intent) {
    const std::string source = JoinPath(paths_.staging, intent.source);
    Status renamed;
    for (int i = 0; i < 2; ++i) {
      renamed = fs_.Rename(source, In(intent), IfExists::kFail);
      if (renamed.ok()) return std::optional<Carried>();
      // X/in before X/out: it leaves only after X/out is there.
      HOWDAH_ASSIGN_OR_RETURN(const bool claimed, Exists(fs_, Tree(intent)));
      if (claimed) return std::optional<Carried>();
      HOWDAH_ASSIGN_OR_RETURN(const bool shown, Exists(fs_, Out(intent)));
      if (shown) return std::optional<Carried>(Carried::kShown);
      if (Is(renamed, ErrorKind::kNotFound)) {
        return std::optional<Carried>(Carried::kNotClaimed);
      }
      if (!Is(renamed, ErrorKind::kCommitStateUnknown)) return renamed;
    }
    return Unresolved(renamed);
  }

  /// Step 2. Afterwards X/out is there.
  Status PutAside(const SwapIntent& intent) {
    const std::string out = Out(intent);
    if (!intent.from && intent.revision == 0) return MakeDirectory(fs_, out);
    Status renamed;
    for (int i = 0; i < 2; ++i) {
      renamed = fs_.Rename(paths_.dataset, out, IfExists::kFail);
      if (renamed.ok()) return renamed;
      HOWDAH_ASSIGN_OR_RETURN(const bool aside, Exists(fs_, out));
      if (aside) return Status::OK();
      // Only what is proven absent gets a tombstone.
      if (Is(renamed, ErrorKind::kNotFound)) return MakeDirectory(fs_, out);
      if (!Is(renamed, ErrorKind::kCommitStateUnknown)) return renamed;
    }
    return Unresolved(renamed);
  }

  /// Step 3.
  Result<Carried> Show(const SwapIntent& intent) {
    const std::string tree = Tree(intent);
    Status renamed;
    for (int i = 0; i < 2; ++i) {
      renamed = fs_.Rename(tree, paths_.dataset, IfExists::kReplace);
      if (renamed.ok()) return Carried::kShown;
      HOWDAH_ASSIGN_OR_RETURN(const bool there, Exists(fs_, tree));
      if (!there) return Carried::kShown;
      if (Is(renamed, ErrorKind::kAlreadyExists)) return Carried::kTaken;
      if (!Is(renamed, ErrorKind::kCommitStateUnknown)) return renamed;
    }
    return Unresolved(renamed);
  }

  /// Something has taken D's place since the swap was decided on. A job that replaced
  /// nothing gives way to what is no dataset of its kind; otherwise what is there is put
  /// aside too, by another revision.
  Status MakeWay(const SwapIntent& intent) {
    Result<DatasetView> view = LookAtDataset(fs_, paths_.dataset);
    if (view.ok() && view->IsFree()) return Status::OK();
    const bool replaced = intent.from || intent.revision > 0;
    const bool of_its_kind = view.ok() && view->ledger;
    if (intent.kind == SwapKind::kOverwrite && !replaced && !of_its_kind) {
      return GiveUp(intent);
    }
    SwapIntent next = intent;
    next.revision = intent.revision + 1;
    next.source = BelowStaging(paths_, Tree(intent));
    next.from.reset();
    if (of_its_kind) next.from = {view->ledger->job_id, view->ledger->generation};
    const Status placed = Place(next);
    return Is(placed, ErrorKind::kAlreadyExists) ? Status::OK() : placed;
  }

  std::string Withdrawn(const SwapIntent& intent) const {
    return WorkDirectory::Of(paths_, intent.to.job_id, intent.to.generation).withdrawn();
  }

  Result<bool> IsWithdrawn(const SwapIntent& intent) {
    if (intent.kind == SwapKind::kRollback) return false;
    return Exists(fs_, Withdrawn(intent));
  }

  /// The tree goes back to its job, as withdrawn: the same inode decides between this and
  /// Show, or another revision's claim.
  Status GiveUp(const SwapIntent& intent) {
    const Status renamed = fs_.Rename(Tree(intent), Withdrawn(intent), IfExists::kFail);
    if (renamed.ok() || Is(renamed, ErrorKind::kCommitStateUnknown)) return Status::OK();
    HOWDAH_ASSIGN_OR_RETURN(const bool there, Exists(fs_, Tree(intent)));
    return there ? renamed : Status::OK();
  }

  FileSystem& fs_;
  Environment& environment_;
  const DatasetPaths& paths_;
};

/// AlreadyExists unless mode overwrite may replace what is there.
Status CheckOverwritable(const DatasetPaths& paths, const DatasetView& view) {
  if (view.foreign.empty()) return Status::OK();
  return Error(ErrorKind::kAlreadyExists,
               "'{}' is not a dataset that mode overwrite may replace (it holds {}): "
               "choose another output, or move away what is there",
               paths.dataset, view.Describe());
}

}  // namespace

Status FinishSwaps(FileSystem& fs, Environment& environment, const DatasetPaths& paths) {
  return Swapper(fs, environment, paths).FinishAll();
}

Result<bool> IsBeingSwappedIn(FileSystem& fs, const DatasetPaths& paths,
                              const JobGeneration& job) {
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<SwapSlot> slots, ListSwaps(fs, paths));
  const std::optional<SwapSlot> open = FindOpen(slots);
  if (!open) return false;
  HOWDAH_ASSIGN_OR_RETURN(const SwapIntent intent,
                          ReadIntent(fs, paths, open->slot, open->last_revision));
  return intent.to == job;
}

Result<bool> WasSwappedIn(FileSystem& fs, const DatasetPaths& paths,
                          const std::string& job_id) {
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<SwapEnd> history, ReadHistory(fs, paths));
  return std::any_of(history.begin(), history.end(), [&](const SwapEnd& end) {
    return end.published && end.to.job_id == job_id;
  });
}

Status SwapIn(const LandingContext& landing) {
  Swapper swapper(landing.fs, landing.environment, landing.paths);
  const WorkDirectory& work = landing.work;
  const std::string source = BelowStaging(landing.paths, work.data());
  for (int round = 0; round < kRounds; ++round) {
    HOWDAH_RETURN_IF_ERROR(swapper.FinishAll());
    HOWDAH_ASSIGN_OR_RETURN(const GenerationState state,
                            LookAtGeneration(landing.fs, work));
    // Claimed since: by a swap that may not be finished.
    if (state.IsOver()) return swapper.FinishAll();
    HOWDAH_ASSIGN_OR_RETURN(const DatasetView view,
                            LookAtDataset(landing.fs, landing.paths.dataset));
    HOWDAH_RETURN_IF_ERROR(CheckOverwritable(landing.paths, view));
    HOWDAH_RETURN_IF_ERROR(
        swapper
            .Propose(SwapKind::kOverwrite, {work.job_id, work.generation}, source, view)
            .status());
  }
  return Swapper::TooManyRounds();
}

Result<std::vector<SwapRecord>> ListHistory(FileSystem& fs, const DatasetPaths& paths) {
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<SwapEnd> ends, ReadHistory(fs, paths));
  std::vector<SwapRecord> history;
  for (const SwapEnd& end : ends) {
    history.push_back({end.slot, end.kind == SwapKind::kRollback, end.published,
                       end.to.job_id, end.from ? end.from->job_id : "", end.finished_us});
  }
  return history;
}

Result<std::vector<KeptDataset>> ListKept(FileSystem& fs, const DatasetPaths& paths) {
  std::vector<KeptDataset> kept;
  const Result<std::vector<FileInfo>> entries = fs.List(paths.swaps());
  if (Is(entries.status(), ErrorKind::kNotFound)) return kept;
  HOWDAH_RETURN_IF_ERROR(entries.status());
  for (const FileInfo& entry : *entries) {
    const std::optional<int64_t> slot = ParseSwapDirectory(entry.name());
    if (!slot) continue;
    const std::string out = JoinPath(entry.path, "out");
    Result<Ledger> ledger = ReadLedger(fs, out);
    if (Is(ledger.status(), ErrorKind::kNotFound)) continue;
    HOWDAH_RETURN_IF_ERROR(ledger.status());
    kept.push_back({out, *std::move(ledger), *slot});
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

Result<Ledger> Rollback(FileSystem& fs, Environment& environment,
                        const DatasetPaths& paths, const std::string& job_id) {
  Swapper swapper(fs, environment, paths);
  for (int round = 0; round < kRounds; ++round) {
    HOWDAH_RETURN_IF_ERROR(swapper.FinishAll());
    HOWDAH_ASSIGN_OR_RETURN(DatasetView view, LookAtDataset(fs, paths.dataset));
    if (view.ledger && view.ledger->job_id == job_id) return *std::move(view.ledger);
    HOWDAH_RETURN_IF_ERROR(CheckOverwritable(paths, view));
    HOWDAH_ASSIGN_OR_RETURN(const std::vector<KeptDataset> kept, ListKept(fs, paths));
    const auto found = std::find_if(
        kept.begin(), kept.end(),
        [&](const KeptDataset& dataset) { return dataset.ledger.job_id == job_id; });
    if (found == kept.end()) {
      std::vector<std::string> jobs;
      for (const KeptDataset& dataset : kept) jobs.push_back(dataset.ledger.job_id);
      return Error(ErrorKind::kNotFound,
                   "nothing that job '{}' landed in '{}' is kept (kept is what these "
                   "jobs landed: {}; `howdah gc` removes it after some days)",
                   job_id, paths.dataset, QuotedList(jobs));
    }
    const std::string source = BelowStaging(paths, ParentPath(found->path));
    HOWDAH_RETURN_IF_ERROR(swapper
                               .Propose(SwapKind::kRollback,
                                        {found->ledger.job_id, found->ledger.generation},
                                        source, view)
                               .status());
  }
  return Swapper::TooManyRounds();
}

}  // namespace howdah
