#include "cli/fs/mode.h"
#include "cli/fs/verbs.h"

namespace howdah::cli {
namespace {

/// `act` for all that the words after the first stand for, with -R also for what is
/// below; links below are left alone.
int ForEachOwned(FsCall& call, const std::function<Status(const Found&)>& act) {
  const std::span<const std::string> words = std::span(call.words()).subspan(1);
  return call.ForEach(words, [&](const Found& found) {
    if (!call.has("-R")) return act(found);
    ForTree(call, found, Order::kParentFirst, [&](const Found& one) {
      const bool is_link_below = one.entry.is_symlink && &one != &found;
      return is_link_below ? Status::OK() : act(one);
    });
    return Status::OK();
  });
}

int Chmod(FsCall& call) {
  const Result<ModeChange> change = ModeChange::Parse(call.words()[0]);
  if (!change.ok()) return call.Usage(change.status());
  return ForEachOwned(call, [&](const Found& found) {
    const uint32_t mode = change->Apply(found.entry.mode, found.entry.is_directory());
    if (mode == found.entry.mode) return Status::OK();
    return found.place.volume->SetMode(found.place.path, mode);
  });
}

int Chown(FsCall& call) {
  const std::string& word = call.words()[0];
  const size_t colon = std::min(word.find(':'), word.size());
  const std::string owner = word.substr(0, colon);
  const std::string group = colon == word.size() ? "" : word.substr(colon + 1);
  if ((owner.empty() && group.empty()) || group.find(':') != group.npos) {
    return call.Usage(Error(ErrorKind::kInvalidInput,
                            "'{}' is neither OWNER, OWNER:GROUP nor :GROUP", word));
  }
  return ForEachOwned(call, [&](const Found& found) {
    return found.place.volume->SetOwner(found.place.path, owner, group);
  });
}

}  // namespace

std::vector<FsVerb> OwnerVerbs() {
  return {{.name = "chmod",
           .arguments = "[-R] MODE PATH...",
           .summary = "change permissions: 644, 1777, u+x,go-w, a=rX",
           .flags = {"-R"},
           .least = 2,
           .run = Chmod},
          {.name = "chown",
           .arguments = "[-R] [OWNER][:GROUP] PATH...",
           .summary = "change owner and group",
           .flags = {"-R"},
           .least = 2,
           .run = Chown}};
}

}  // namespace howdah::cli
