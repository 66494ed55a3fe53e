#include "cli/exit_code.h"
#include "cli/job_flags.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "pipeline/run.h"

namespace howdah::cli {
namespace {

struct Form {
  bool json = false, schema = false;
};

int PrintSchema(const Context& context, JobSpec spec) {
  const Result<std::string> schema = JobSchema(context.storages, std::move(spec));
  if (!schema.ok()) return Fail(schema.status(), Phase::kPreparing);
  return Answer(*schema, kDone);
}

int Check(const Context& context, const JobFlags& flags, const Form& form) {
  Result<JobSpec> spec = ReadJob(flags);
  if (!spec.ok()) return Fail(spec.status(), Phase::kPreparing);
  if (form.schema) return PrintSchema(context, *std::move(spec));
  RunOptions options;
  options.restart = flags.restart ? Restart::kYes : Restart::kNo;
  options.engine_directory = context.engine_directory;
  const Result<CheckResult> result =
      CheckJob(context.storages, *std::move(spec), options);
  if (!result.ok()) return Fail(result.status(), Phase::kPreparing);
  return Answer(form.json ? result->json + "\n" : result->text, kDone);
}

}  // namespace

void AddCheck(CLI::App* app, Action* action) {
  CLI::App* verb = app->add_subcommand(
      "check", "Tell everything that can be known before the first row; writes nothing");
  const auto flags = AddJobFlags(verb);
  const auto log = AddLogFlags(verb);
  const auto form = std::make_shared<Form>();
  CLI::Option* json = verb->add_flag("--json", form->json, "print one JSON object");
  verb->add_flag("--print-schema", form->schema,
                 "print what lands as an Avro schema, for --schema")
      ->excludes(json);
  verb->callback([=] {
    *action = [=](const Context& context) {
      log->Init();
      return Check(context, *flags, *form);
    };
  });
}

}  // namespace howdah::cli
