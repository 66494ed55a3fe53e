#include "pipeline/inspect.h"

#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs.h"

namespace howdah::cli {
namespace {

struct Flags {
  std::string what, profile, staging;
  bool json = false, sha256 = false;
};

int CheckProfile(const Context& context, const Flags& flags) {
  const Result<Profile> profile = ProfileNamed(flags.profile);
  if (!profile.ok()) return Fail(profile.status(), Phase::kPreparing);
  const Result<InspectResult> result =
      InspectProfile(context.storages, flags.what, *profile);
  if (!result.ok()) return Fail(result.status(), Phase::kPreparing);
  return Answer(flags.json ? result->json + "\n" : result->text,
                result->outside_profile ? kDamaged : kDone);
}

}  // namespace

void AddInspect(CLI::App* app, Action* action) {
  CLI::App* verb =
      app->add_subcommand("inspect", "Show what a model, a data file or a dataset holds");
  const auto flags = std::make_shared<Flags>();
  verb->add_option("WHAT", flags->what, "SavedModel directory, data file, or dataset")
      ->required();
  verb->add_flag("--json", flags->json, "print one JSON object");
  verb->add_flag("--sha256", flags->sha256, "also a model's digest, for 'model.sha256'");
  verb->add_option("--staging", flags->staging,
                   "of a dataset: where its jobs had their 'output.staging'")
      ->type_name("");
  verb->add_option(
      "--profile", flags->profile,
      "each way in which a file is outside of it: lake or compact; exit code "
      "5 when it is");
  verb->callback([=] {
    *action = [=](const Context& context) -> int {
      if (!flags->profile.empty()) return CheckProfile(context, *flags);
      const Result<InspectResult> result = Inspect(
          context.storages, flags->what,
          flags->sha256 ? ModelDigest::kCompute : ModelDigest::kSkip, flags->staging);
      if (!result.ok()) return Fail(result.status(), Phase::kPreparing);
      return Answer(flags->json ? result->json + "\n" : result->text, kDone);
    };
  });
}

}  // namespace howdah::cli
