#include "base/environment.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/staging_flags.h"
#include "cli/verbs.h"
#include "commit/swap.h"

namespace howdah::cli {
namespace {

int RunRollback(const Context& context, const StagingFlags& dataset,
                const std::string& job_id) {
  FileSystem* fs = nullptr;
  const Result<DatasetPaths> paths = dataset.Paths(context.storages, &fs);
  if (!paths.ok()) return Fail(paths.status(), Phase::kPreparing);
  const Result<Ledger> ledger = Rollback(*fs, Environment::System(), *paths, job_id);
  if (!ledger.ok()) return Fail(ledger.status(), Phase::kPreparing);
  return Answer(
      fmt::format("the dataset is what job {} landed: {} rows in {} files\n",
                  ledger->job_id, FormatCount(ledger->rows_written()), ledger->files()),
      kDone);
}

}  // namespace

void AddRollback(CLI::App* app, Action* action) {
  CLI::App* verb = app->add_subcommand(
      "rollback", "Undo an overwrite while the files of the job before are kept");
  const auto dataset = AddStagingFlags(verb);
  const auto job_id = std::make_shared<std::string>();
  verb->add_option("--to", *job_id, "the job whose rows shall be the dataset again")
      ->type_name("")
      ->required();
  verb->callback([=] {
    *action = [=](const Context& context) {
      return RunRollback(context, *dataset, *job_id);
    };
  });
}

}  // namespace howdah::cli
