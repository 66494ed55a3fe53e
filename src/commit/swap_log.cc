#include "commit/swap_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "commit/control_file.h"
#include "commit/json_fields.h"
#include "commit/ledger.h"
#include "commit/work_directory.h"

namespace howdah {
namespace {

using nlohmann::json;

constexpr SwapKind kKinds[] = {SwapKind::kOverwrite, SwapKind::kRollback};

json ToObject(const JobGeneration& job) {
  return {{"job_id", job.job_id}, {"generation", job.generation}};
}

json ToObject(const std::optional<JobGeneration>& job) {
  return job ? ToObject(*job) : json();
}

void ReadJob(JsonFields fields, JobGeneration& job) {
  fields.Read("job_id", job.job_id);
  fields.ReadCount("generation", job.generation);
}

void ReadOptionalJob(JsonFields& fields, const char* field,
                     std::optional<JobGeneration>& job) {
  if (fields.IsNull(field)) return;
  ReadJob(fields.Object(field), job.emplace());
}

void ReadKind(JsonFields& fields, SwapKind& kind) {
  std::string name;
  fields.Read("kind", name);
  const auto* found = std::find_if(std::begin(kKinds), std::end(kKinds),
                                   [&](SwapKind known) { return Name(known) == name; });
  if (found == std::end(kKinds))
    return fields.Refuse("kind", "'overwrite' or 'rollback'");
  kind = *found;
}

std::string IntentName(int64_t slot, int64_t revision) {
  return fmt::format("{:08}.{}.intent", slot, revision);
}

std::string EndName(int64_t slot) { return fmt::format("{:08}.done", slot); }

/// A number, and what stands behind it; nullopt: no number.
std::optional<int64_t> TakeNumber(std::string_view& text) {
  int64_t number = 0;
  const auto [stop, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(stop - text.data()));
  return number;
}

/// Takes in what an entry of H/log says; other names are passed over.
void TakeEntry(std::string_view name, std::map<int64_t, SwapSlot>& slots) {
  std::string_view rest = name;
  const std::optional<int64_t> slot = TakeNumber(rest);
  if (!slot) return;
  if (name == EndName(*slot)) {
    slots[*slot].done = true;
    return;
  }
  if (!rest.starts_with('.')) return;
  rest.remove_prefix(1);
  const std::optional<int64_t> revision = TakeNumber(rest);
  if (!revision || name != IntentName(*slot, *revision)) return;
  SwapSlot& entry = slots[*slot];
  entry.has_intent = true;
  entry.last_revision = std::max(entry.last_revision, *revision);
}

/// As PlaceControlFile, by way of a directory of its own in H/tmp, where gc finds what a
/// process leaves that dies here.
Status Place(FileSystem& fs, Environment& environment, const DatasetPaths& paths,
             const std::string& name, const std::string& text) {
  for (const std::string& directory : {paths.tmp(), paths.log()}) {
    HOWDAH_RETURN_IF_ERROR(MakeDirectory(fs, directory));
  }
  const std::string own = JoinPath(paths.tmp(), RandomHex(environment));
  HOWDAH_RETURN_IF_ERROR(MakeDirectory(fs, own));
  const Status placed =
      PlaceControlFile(fs, environment, own, JoinPath(paths.log(), name), text);
  if (!Is(placed, ErrorKind::kTransient)) static_cast<void>(fs.DeleteTree(own));
  return placed;
}

}  // namespace

std::string_view Name(SwapKind kind) {
  return kind == SwapKind::kOverwrite ? "overwrite" : "rollback";
}

std::string SwapDirectoryName(int64_t slot, Environment& environment) {
  return fmt::format("{:08}-{}", slot, RandomHex(environment));
}

std::optional<int64_t> ParseSwapDirectory(std::string_view name) {
  const std::optional<int64_t> slot = TakeNumber(name);
  if (!slot || !name.starts_with('-') || !IsAttemptId(name.substr(1))) {
    return std::nullopt;
  }
  return slot;
}

std::string ToJson(const SwapIntent& intent) {
  return DumpJson({{"format_version", kFormatVersion},
                   {"slot", intent.slot},
                   {"revision", intent.revision},
                   {"kind", Name(intent.kind)},
                   {"to", ToObject(intent.to)},
                   {"from", ToObject(intent.from)},
                   {"directory", intent.directory},
                   {"source", intent.source},
                   {"decided_us", intent.decided_us},
                   {"decided", FormatTimestamp(intent.decided_us)}});
}

Result<SwapIntent> ParseSwapIntent(const std::string& text, const std::string& place) {
  HOWDAH_ASSIGN_OR_RETURN(JsonDocument document, JsonDocument::Parse(text, place));
  SwapIntent intent;
  JsonFields fields(document);
  fields.ReadCount("slot", intent.slot);
  fields.ReadCount("revision", intent.revision);
  ReadKind(fields, intent.kind);
  ReadJob(fields.Object("to"), intent.to);
  ReadOptionalJob(fields, "from", intent.from);
  fields.Read("directory", intent.directory);
  if (!IsPlainRelativePath(intent.directory) ||
      intent.directory.find('/') != std::string::npos) {
    fields.Refuse("directory", "the name of a directory");
  }
  fields.Read("source", intent.source);
  if (!IsPlainRelativePath(intent.source)) {
    fields.Refuse("source", "a relative path without empty, '.' or '..' components");
  }
  fields.Read("decided_us", intent.decided_us);
  HOWDAH_RETURN_IF_ERROR(document.status);
  return intent;
}

std::string ToJson(const SwapEnd& end) {
  return DumpJson({{"format_version", kFormatVersion},
                   {"slot", end.slot},
                   {"outcome", end.published ? "published" : "abandoned"},
                   {"kind", Name(end.kind)},
                   {"to", ToObject(end.to)},
                   {"from", ToObject(end.from)},
                   {"finished_us", end.finished_us},
                   {"finished", FormatTimestamp(end.finished_us)}});
}

Result<SwapEnd> ParseSwapEnd(const std::string& text, const std::string& place) {
  HOWDAH_ASSIGN_OR_RETURN(JsonDocument document, JsonDocument::Parse(text, place));
  SwapEnd end;
  JsonFields fields(document);
  fields.ReadCount("slot", end.slot);
  std::string outcome;
  fields.Read("outcome", outcome);
  end.published = outcome == "published";
  if (!end.published && outcome != "abandoned") {
    fields.Refuse("outcome", "'published' or 'abandoned'");
  }
  ReadKind(fields, end.kind);
  ReadJob(fields.Object("to"), end.to);
  ReadOptionalJob(fields, "from", end.from);
  fields.Read("finished_us", end.finished_us);
  HOWDAH_RETURN_IF_ERROR(document.status);
  return end;
}

Result<std::vector<SwapSlot>> ListSwaps(FileSystem& fs, const DatasetPaths& paths) {
  std::map<int64_t, SwapSlot> slots;
  const Result<std::vector<FileInfo>> entries = fs.List(paths.log());
  if (!entries.ok() && !Is(entries.status(), ErrorKind::kNotFound)) {
    return entries.status();
  }
  if (entries.ok()) {
    for (const FileInfo& entry : *entries) TakeEntry(entry.name(), slots);
  }
  std::vector<SwapSlot> list;
  for (auto& [number, slot] : slots) {
    slot.slot = number;
    list.push_back(slot);
  }
  return list;
}

std::optional<SwapSlot> FindOpen(const std::vector<SwapSlot>& slots) {
  for (const SwapSlot& slot : slots) {
    if (slot.has_intent && !slot.done) return slot;
  }
  return std::nullopt;
}

Result<SwapIntent> ReadIntent(FileSystem& fs, const DatasetPaths& paths, int64_t slot,
                              int64_t revision) {
  const std::string place = JoinPath(paths.log(), IntentName(slot, revision));
  HOWDAH_ASSIGN_OR_RETURN(const std::string text, ReadFile(fs, place));
  return ParseSwapIntent(text, place);
}

Result<SwapEnd> ReadEnd(FileSystem& fs, const DatasetPaths& paths, int64_t slot) {
  const std::string place = JoinPath(paths.log(), EndName(slot));
  HOWDAH_ASSIGN_OR_RETURN(const std::string text, ReadFile(fs, place));
  return ParseSwapEnd(text, place);
}

Result<std::vector<SwapEnd>> ReadHistory(FileSystem& fs, const DatasetPaths& paths) {
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<SwapSlot> slots, ListSwaps(fs, paths));
  std::vector<SwapEnd> history;
  for (const SwapSlot& slot : slots) {
    if (!slot.done) continue;
    HOWDAH_ASSIGN_OR_RETURN(SwapEnd end, ReadEnd(fs, paths, slot.slot));
    history.push_back(std::move(end));
  }
  return history;
}

Status PlaceIntent(FileSystem& fs, Environment& environment, const DatasetPaths& paths,
                   const SwapIntent& intent) {
  return Place(fs, environment, paths, IntentName(intent.slot, intent.revision),
               ToJson(intent));
}

Result<SwapEnd> PlaceEnd(FileSystem& fs, Environment& environment,
                         const DatasetPaths& paths, const SwapEnd& end) {
  const Status placed = Place(fs, environment, paths, EndName(end.slot), ToJson(end));
  if (!placed.ok() && !Is(placed, ErrorKind::kAlreadyExists)) return placed;
  return ReadEnd(fs, paths, end.slot);
}

}  // namespace howdah
