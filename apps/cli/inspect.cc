#include "pipeline/inspect.h"

#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs.h"

namespace howdah::cli {

void AddInspect(CLI::App* app, Action* action) {
  struct Flags {
    std::string what;
    bool json = false, sha256 = false;
  };
  CLI::App* verb =
      app->add_subcommand("inspect", "Show what a model, a data file or a dataset holds");
  const auto flags = std::make_shared<Flags>();
  verb->add_option("WHAT", flags->what, "SavedModel directory, data file, or dataset")
      ->required();
  verb->add_flag("--json", flags->json, "print one JSON object");
  verb->add_flag("--sha256", flags->sha256, "also a model's digest, for 'model.sha256'");
  verb->callback([=] {
    *action = [=](const Context& context) -> int {
      const Result<InspectResult> result =
          Inspect(context.storages, flags->what,
                  flags->sha256 ? ModelDigest::kCompute : ModelDigest::kSkip);
      if (!result.ok()) return Fail(result.status(), Phase::kPreparing);
      return Answer(flags->json ? result->json + "\n" : result->text, kDone);
    };
  });
}

}  // namespace howdah::cli
