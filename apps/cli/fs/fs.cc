#include "cli/fs/fs.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/fs/verbs.h"
#include "cli/interrupt.h"
#include "cli/print.h"

namespace howdah::cli {
namespace {

std::vector<FsVerb> AllVerbs() {
  std::vector<FsVerb> verbs = {LsVerb(), StatVerb()};
  const auto add = [&](std::vector<FsVerb> more) {
    for (FsVerb& verb : more) verbs.push_back(std::move(verb));
  };
  add(ReadVerbs());
  add(CopyVerbs());
  add(NameVerbs());
  add({RmVerb()});
  add(OwnerVerbs());
  add({SetrepVerb(), TestVerb(), FindVerb()});
  add(UsageVerbs());
  add({ChecksumVerb(), ConfVerb()});
  return verbs;
}

int Help(const std::vector<FsVerb>& verbs) {
  std::string text =
      "The shell of HDFS, as `hdfs dfs` has it, and of the local disk.\n"
      "Usage: howdah fs VERB [FLAGS] PATH...\n\n"
      "A PATH is hdfs://nameservice/path, hdfs://host:port/path, file:///path, or a "
      "path\n"
      "of fs.defaultFS ($HADOOP_CONF_DIR), which is the local disk if nothing is set.\n"
      "Globs: * ? [a-c] [^a] {a,b} \\\n\n";
  for (const FsVerb& verb : verbs) {
    text += fmt::format("  {} {}\n      {}\n", verb.name, verb.arguments, verb.summary);
  }
  return Answer(text, kDone);
}

int RunVerb(const FsVerb& verb, FsArguments arguments, const Storages& storages) {
  std::optional<InterruptWatcher> interrupts;
  if (verb.stops_itself) interrupts.emplace();
  Places places(storages);
  FsCall call(verb, std::move(arguments), places,
              interrupts.has_value() ? interrupts->stop_token() : std::stop_token());
  return verb.run(call);
}

}  // namespace

int RunFs(const Storages& storages, std::span<char* const> words) {
  const std::vector<FsVerb> verbs = AllVerbs();
  std::vector<std::string> names;
  names.reserve(verbs.size());
  for (const FsVerb& verb : verbs) names.emplace_back(verb.name);
  if (words.empty()) {
    Help(verbs);
    return Fail(Error(ErrorKind::kInvalidInput, "fs: no verb given (there is {})",
                      QuotedList(names, names.size())),
                Phase::kPreparing);
  }
  std::string_view name = words[0];
  if (name == "--help" || name == "-help" || name == "-h" || name == "help") {
    return Help(verbs);
  }
  // `hdfs dfs -ls`: habits of hands.
  if (name.size() > 1 && name.starts_with('-')) name.remove_prefix(1);
  const auto verb = std::ranges::find(verbs, name, &FsVerb::name);
  if (verb == verbs.end()) {
    return Fail(Error(ErrorKind::kInvalidInput, "fs: unknown verb '{}'{} (there is {})",
                      words[0], DidYouMean(name, names), QuotedList(names, names.size())),
                Phase::kPreparing);
  }
  Result<FsArguments> arguments = ParseFsArguments(*verb, words.subspan(1));
  if (!arguments.ok()) return Fail(arguments.status(), Phase::kPreparing);
  if (arguments->wants_help) {
    return Answer(
        fmt::format("howdah fs {} {}\n{}\n", verb->name, verb->arguments, verb->summary),
        kDone);
  }
  return RunVerb(*verb, *std::move(arguments), storages);
}

}  // namespace howdah::cli
