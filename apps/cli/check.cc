#include "cli/exit_code.h"
#include "cli/job_flags.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "pipeline/run.h"

namespace howdah::cli {
namespace {

int Check(const Context& context, const JobFlags& flags, bool json) {
  Result<JobSpec> spec = ReadJob(flags);
  if (!spec.ok()) return Fail(spec.status(), Phase::kPreparing);
  RunOptions options;
  options.restart = flags.restart ? Restart::kYes : Restart::kNo;
  options.engine_directory = context.engine_directory;
  const Result<CheckResult> result =
      CheckJob(context.storages, *std::move(spec), options);
  if (!result.ok()) return Fail(result.status(), Phase::kPreparing);
  return Answer(json ? result->json + "\n" : result->text, kDone);
}

}  // namespace

void AddCheck(CLI::App* app, Action* action) {
  CLI::App* verb = app->add_subcommand(
      "check", "Tell everything that can be known before the first row; writes nothing");
  const auto flags = AddJobFlags(verb);
  const auto log = AddLogFlags(verb);
  const auto json = std::make_shared<bool>(false);
  verb->add_flag("--json", *json, "print one JSON object");
  verb->callback([=] {
    *action = [=](const Context& context) {
      log->Init();
      return Check(context, *flags, *json);
    };
  });
}

}  // namespace howdah::cli
