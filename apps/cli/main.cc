#include <dlfcn.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <iostream>

#include "base/text.h"
#include "base/version.h"
#include "cli/exit_code.h"
#include "cli/fs/fs.h"
#include "cli/output_capture.h"
#include "cli/verbs.h"

namespace howdah::cli {
namespace {

/// The folder that this library was opened from.
std::string EngineDirectory() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&EngineDirectory), &info) == 0) return "";
  return ParentPath(info.dli_fname);
}

std::vector<std::string> FlagsOf(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  return flags;
}

std::vector<std::string> VerbsOf(const CLI::App& app) {
  std::vector<std::string> verbs;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    verbs.push_back(verb->get_name());
  }
  return verbs;
}

/// What is wrong with words that no flag and no verb takes.
Status UnknownWord(const CLI::App& app) {
  for (const CLI::App* verb : app.get_subcommands()) {
    for (const std::string& word : verb->remaining()) {
      if (word.size() > 1 && word[0] == '-') {
        const std::string flag = word.substr(0, word.find('='));
        return Error(ErrorKind::kInvalidInput, "{}: unknown flag '{}'{}",
                     verb->get_name(), flag, DidYouMean(flag, FlagsOf(*verb)));
      }
      return Error(ErrorKind::kInvalidInput, "{}: one argument too many: '{}'",
                   verb->get_name(), word);
    }
  }
  for (const std::string& word : app.remaining()) {
    const bool flag = word[0] == '-';
    const std::vector<std::string> known = flag ? FlagsOf(app) : VerbsOf(app);
    return Error(ErrorKind::kInvalidInput, "unknown {} '{}'{} (there is {})",
                 flag ? "flag" : "verb", word, DidYouMean(word, known),
                 QuotedList(known));
  }
  return Status::OK();
}

int Main(int argc, char** argv) {
  KeepStandardDescriptorsOpen();
  // A reader that went away and a limit on file sizes are errors of the write, not our
  // end.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  if (argc > 1 && std::string_view(argv[1]) == "fs") {
    // Its flags and globs are written as Hadoop's, which CLI11 would take for others.
    return RunFs(Storages::Builtin(), {argv + 2, static_cast<size_t>(argc) - 2});
  }
  CLI::App app(
      "Howdah: score a dataset with a TensorFlow SavedModel and land the predictions, "
      "every row exactly once.",
      "howdah");
  app.set_version_flag("--version", std::string("howdah ") + kVersion);
  Action action;
  AddRun(&app, &action);
  AddCheck(&app, &action);
  AddInspect(&app, &action);
  AddVerify(&app, &action);
  AddRecover(&app, &action);
  AddRollback(&app, &action);
  AddGc(&app, &action);
  AddDdl(&app, &action);
  app.add_subcommand("fs", "List, read, copy, change files of HDFS and the local disk");
  app.allow_extras();
  for (CLI::App* verb : app.get_subcommands([](CLI::App*) { return true; })) {
    verb->allow_extras();
    verb->fallthrough(false);
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);  // prints help or version
  } catch (const CLI::ParseError& error) {
    const Status unknown = UnknownWord(app);
    return Fail(
        unknown.ok() ? MakeError(ErrorKind::kInvalidInput, error.what()) : unknown,
        Phase::kPreparing);
  }
  const Status unknown = UnknownWord(app);
  if (!unknown.ok()) return Fail(unknown, Phase::kPreparing);
  if (!action) {
    std::cout << app.help();
    return Fail(Error(ErrorKind::kInvalidInput, "no verb given (there is {})",
                      QuotedList(VerbsOf(app))),
                Phase::kPreparing);
  }
  Context context{Storages::Builtin(), EngineDirectory()};
  return action(context);
}

}  // namespace
}  // namespace howdah::cli

extern "C" __attribute__((visibility("default"))) int howdah_main(int argc, char** argv) {
  try {
    return howdah::cli::Main(argc, argv);
  } catch (const std::exception& error) {  // out of memory, or a bug of ours
    return howdah::cli::Fail(
        howdah::MakeError(howdah::ErrorKind::kInternal, error.what()),
        howdah::cli::Phase::kRunning);
  }
}
