#include <iostream>

#include "base/environment.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/verbs.h"
#include "commit/job.h"

namespace howdah::cli {
namespace {

struct Flags {
  std::string dataset, staging, abandon;
};

void Print(const RecoverReport& report) {
  for (const Ledger& ledger : report.finished) {
    std::cout << fmt::format("finished job {}: {} rows in {} files\n", ledger.job_id,
                             FormatCount(ledger.rows_written()), ledger.files());
  }
  for (const UnfinishedJob& job : report.unfinished) {
    std::cout << fmt::format(
        "unfinished job {}: {} of {} splits done since {}; run its command again, or "
        "give it up "
        "with --abandon\n",
        job.job_id, job.splits_done, job.splits_total, FormatTimestamp(job.created_us));
  }
  for (const std::string& job_id : report.conflicts) {
    std::cout << fmt::format(
        "job {} cannot be published: another job holds the dataset\n", job_id);
  }
  if (report.finished.empty() && report.unfinished.empty() && report.conflicts.empty()) {
    std::cout << "nothing to recover\n";
  }
  std::cout << std::flush;
}

Result<DatasetPaths> Paths(const Storages& storages, const Flags& flags,
                           FileSystem** fs) {
  HOWDAH_ASSIGN_OR_RETURN(Location dataset, storages.Resolve(flags.dataset));
  *fs = dataset.fs;
  if (flags.staging.empty()) return DatasetPaths::For(dataset.path, "");
  HOWDAH_ASSIGN_OR_RETURN(Location staging, storages.Resolve(flags.staging));
  return DatasetPaths::For(dataset.path, staging.path);
}

int RunRecover(const Context& context, const Flags& flags) {
  FileSystem* fs = nullptr;
  const Result<DatasetPaths> paths = Paths(context.storages, flags, &fs);
  if (!paths.ok()) return Fail(paths.status(), Phase::kPreparing);
  if (!flags.abandon.empty()) {
    const Status status = Abandon(*fs, Environment::System(), *paths, flags.abandon);
    if (!status.ok()) return Fail(status, Phase::kPreparing);
    std::cout << fmt::format("abandoned job {}\n", flags.abandon);
    return kDone;
  }
  const Result<RecoverReport> report = Recover(*fs, Environment::System(), *paths);
  if (!report.ok()) return Fail(report.status(), Phase::kRunning);
  Print(*report);
  return kDone;
}

}  // namespace

void AddRecover(CLI::App* app, Action* action) {
  CLI::App* verb = app->add_subcommand(
      "recover", "Finish what a dead run left; safe at any time, from any host, twice");
  const auto flags = std::make_shared<Flags>();
  verb->add_option("DATASET", flags->dataset, "the dataset's directory")->required();
  verb->add_option("--abandon", flags->abandon, "give up this unfinished job")
      ->type_name("");
  verb->add_option("--staging", flags->staging, "where the job had its 'output.staging'")
      ->type_name("");
  verb->callback([=] {
    *action = [=](const Context& context) { return RunRecover(context, *flags); };
  });
}

}  // namespace howdah::cli
