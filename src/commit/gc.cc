#include "commit/gc.h"

#include <algorithm>

#include "commit/control_file.h"
#include "commit/generation.h"
#include "commit/retired.h"
#include "commit/swap_log.h"

namespace howdah {
namespace {

constexpr int64_t kHourUs = int64_t{3600} * 1'000'000;

std::string InHours(int64_t us) { return fmt::format("{} h", us / kHourUs); }

class Collector {
 public:
  Collector(FileSystem& fs, Environment& environment, const DatasetPaths& paths,
            const GcOptions& options)
      : fs_(fs), environment_(environment), paths_(paths), options_(options) {}

  Result<GcReport> Run() {
    const auto passed_over = [&](const FileInfo& entry) {
      const bool ours = entry.path == paths_.tmp() || entry.path == paths_.jobs() ||
                        entry.path == paths_.retired() || entry.path == paths_.log() ||
                        entry.path == paths_.swaps();
      if (!ours) AddUnknown(entry);
    };
    HOWDAH_RETURN_IF_ERROR(ForEach(paths_.staging, passed_over));
    HOWDAH_RETURN_IF_ERROR(
        ForEach(paths_.jobs(), [&](const FileInfo& entry) { VisitJob(entry); }));
    HOWDAH_ASSIGN_OR_RETURN(slots_, ListSwaps(fs_, paths_));
    HOWDAH_RETURN_IF_ERROR(
        ForEach(paths_.swaps(), [&](const FileInfo& entry) { VisitSwap(entry); }));
    HOWDAH_RETURN_IF_ERROR(
        ForEach(paths_.tmp(), [&](const FileInfo& entry) { VisitSetUp(entry); }));
    return std::move(report_);
  }

 private:
  /// What a tree holds, as far as it could be looked at.
  struct Extent {
    int64_t bytes = 0;
    int64_t newest_us = 0;
    Status status = Status::OK();
  };

  template <typename Visit>
  Status ForEach(const std::string& directory, Visit visit) {
    const Result<std::vector<FileInfo>> entries = fs_.List(directory);
    if (Is(entries.status(), ErrorKind::kNotFound)) return Status::OK();
    HOWDAH_RETURN_IF_ERROR(entries.status());
    for (const FileInfo& entry : *entries) visit(entry);
    return Status::OK();
  }

  void Measure(const FileInfo& info, Extent& extent) {
    extent.newest_us = std::max(extent.newest_us, info.mtime_us);
    extent.bytes += info.size;
    if (info.type != FileType::kDirectory || info.is_symlink) return;
    const Status status =
        ForEach(info.path, [&](const FileInfo& entry) { Measure(entry, extent); });
    if (!status.ok()) extent.status = status;
  }

  GcItem& Add(const FileInfo& entry, GcKind kind, const Extent& extent) {
    GcItem& item = report_.items.emplace_back();
    item.path = entry.path;
    item.kind = kind;
    item.bytes = extent.bytes;
    item.age_us = environment_.NowMicros() - extent.newest_us;
    return item;
  }

  void AddUnknown(const FileInfo& entry) {
    // Not measured: it may be anything.
    Add(entry, GcKind::kUnknown, {entry.size, entry.mtime_us}).kept =
        "its name is none that this version gives: it is not touched";
  }

  static bool IsPlainDirectory(const FileInfo& entry) {
    return entry.type == FileType::kDirectory && !entry.is_symlink &&
           !entry.is_mount_point;
  }

  void VisitJob(const FileInfo& entry) {
    const auto work = WorkDirectory::Parse(paths_, entry.name());
    if (!work || !IsPlainDirectory(entry)) return AddUnknown(entry);
    Extent extent;
    Measure(entry, extent);
    const Result<GenerationState> state = LookAtGeneration(fs_, *work);
    if (!state.ok()) {
      Add(entry, GcKind::kUnknown, extent).kept = state.status().message();
    } else if (!state->IsOver()) {
      VisitUnfinished(*work, *state, extent, Add(entry, GcKind::kUnfinished, extent));
    } else {
      VisitHistory(*work, *state, Add(entry, GcKind::kHistory, extent));
    }
  }

  void VisitHistory(const WorkDirectory& work, const GenerationState& state,
                    GcItem& item) {
    if (!state.has_fin) {
      item.kept = state.stage == Stage::kGone
                      ? "it has neither plan.json nor FIN: somebody removed them"
                      : "it has no FIN yet: `howdah recover` writes it";
      return;
    }
    item.age_us = environment_.NowMicros() - state.finished_us;
    if (item.age_us < options_.older_than_us) return KeepUntil(item);
    item.due = true;
    if (!options_.remove) return;
    // From here on nobody can begin this generation anew, so that what is renamed away
    // below is what was looked at above, and a process that wakes up later finds nothing.
    const Status retired = Retire(fs_, work, paths_);
    if (!retired.ok()) return KeepBecause(item, retired);
    Remove(item);
  }

  void VisitSetUp(const FileInfo& entry) {
    if (!IsAttemptId(entry.name()) || !IsPlainDirectory(entry)) return AddUnknown(entry);
    Extent extent;
    Measure(entry, extent);
    GcItem& item = Add(entry, GcKind::kSetUp, extent);
    if (!extent.status.ok()) return KeepBecause(item, extent.status);
    if (item.age_us < options_.older_than_us) return KeepUntil(item);
    item.due = true;
    if (options_.remove) Remove(item);
  }

  /// The directory in which a swap works, and leaves what it has replaced. Once its slot
  /// has ended nobody who comes late can do anything without it.
  void VisitSwap(const FileInfo& entry) {
    const std::optional<int64_t> number = ParseSwapDirectory(entry.name());
    if (!number || !IsPlainDirectory(entry)) return AddUnknown(entry);
    Extent extent;
    Measure(entry, extent);
    GcItem& item = Add(entry, GcKind::kReplaced, extent);
    if (!extent.status.ok()) return KeepBecause(item, extent.status);
    const auto slot = std::find_if(slots_.begin(), slots_.end(),
                                   [&](const SwapSlot& s) { return s.slot == *number; });
    if (slot != slots_.end() && slot->done) {
      const Result<SwapEnd> end = ReadEnd(fs_, paths_, *number);
      if (!end.ok()) return KeepBecause(item, end.status());
      item.age_us = environment_.NowMicros() - end->finished_us;
    } else if (slot != slots_.end()) {
      item.kept = "of a change that is not finished: `howdah recover` finishes it";
      return;
    }
    if (item.age_us < options_.older_than_us) return KeepUntil(item);
    item.due = true;
    if (options_.remove) Remove(item);
  }

  void VisitUnfinished(const WorkDirectory& work, const GenerationState& state,
                       const Extent& extent, GcItem& item) {
    const auto& limit_us = options_.unfinished_older_than_us;
    if (!limit_us || item.age_us < *limit_us) {
      item.kept = fmt::format(
          "unfinished, unchanged for {}: {}, or `howdah recover --abandon` drops it",
          InHours(item.age_us),
          state.stage == Stage::kSealed ? "`howdah recover` publishes it"
                                        : "its command goes on from here");
      return;
    }
    if (!extent.status.ok()) return KeepBecause(item, extent.status);
    item.due = true;
    if (!options_.remove) return;
    const LandingContext landing{fs_, environment_, paths_, work};
    const Result<Stage> stage = Withdraw(landing);
    if (!stage.ok()) return KeepBecause(item, stage.status());
    if (*stage == Stage::kPublished) {
      item.due = false;
      item.kept = "it was published meanwhile";
      return;
    }
    if (*stage == Stage::kWithdrawn) Finish(landing, Outcome::kAbandoned);
    item.removed = true;
  }

  /// In one step under a name that nobody else knows, so that a process that wakes up
  /// finds the whole tree or nothing; then piece by piece.
  void Remove(GcItem& item) {
    const std::string doomed = JoinPath(paths_.tmp(), RandomHex(environment_));
    Status moved = MakeDirectory(fs_, paths_.tmp());
    if (moved.ok()) moved = RenameFirstWins(fs_, item.path, doomed);
    // It is taken where an answer was lost and the tree has arrived.
    const bool arrived = moved.ok() || Is(moved, ErrorKind::kAlreadyExists);
    if (!arrived && !Is(moved, ErrorKind::kNotFound)) return KeepBecause(item, moved);
    if (!arrived) {
      item.kept = "it is not there any more";
      return;
    }
    item.removed = true;
    const Status removed = fs_.DeleteTree(doomed);
    if (removed.ok() || Is(removed, ErrorKind::kNotFound)) return;
    item.removed = false;
    item.kept = fmt::format("moved to '{}', but: {}", doomed, removed.message());
  }

  void KeepUntil(GcItem& item) {
    item.kept = fmt::format("{} old, kept until {}", InHours(item.age_us),
                            InHours(options_.older_than_us));
  }

  static void KeepBecause(GcItem& item, const Status& status) {
    item.kept = status.message();
  }

  FileSystem& fs_;
  Environment& environment_;
  const DatasetPaths& paths_;
  const GcOptions& options_;
  std::vector<SwapSlot> slots_;
  GcReport report_;
};

}  // namespace

std::string_view Name(GcKind kind) {
  switch (kind) {
    case GcKind::kHistory:
      return "history";
    case GcKind::kSetUp:
      return "set-up";
    case GcKind::kUnfinished:
      return "unfinished job";
    case GcKind::kReplaced:
      return "replaced dataset";
    case GcKind::kUnknown:
      return "unknown";
  }
  return "unknown";
}

Result<GcReport> CollectGarbage(FileSystem& fs, Environment& environment,
                                const DatasetPaths& paths, const GcOptions& options) {
  return Collector(fs, environment, paths, options).Run();
}

}  // namespace howdah
