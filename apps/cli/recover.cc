#include <string>

#include "base/environment.h"
#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/staging_flags.h"
#include "cli/verbs.h"
#include "commit/job.h"

namespace howdah::cli {
namespace {

std::string TextOf(const RecoverReport& report) {
  std::string text;
  for (const Ledger& ledger : report.finished) {
    text += fmt::format("finished job {}: {} rows in {} files\n", ledger.job_id,
                        FormatCount(ledger.rows_written()), ledger.files());
  }
  for (const UnfinishedJob& job : report.unfinished) {
    text += fmt::format(
        "unfinished job {}: {} of {} splits done since {}{}; run its command again, or "
        "give it up with --abandon\n",
        job.job_id, job.splits_done, job.splits_total, FormatTimestamp(job.created_us),
        job.overtaken_by.empty()
            ? ""
            : fmt::format(", but job {} was published since", job.overtaken_by));
  }
  for (const std::string& job_id : report.conflicts) {
    text += fmt::format("job {} cannot be published: another job holds the dataset\n",
                        job_id);
  }
  if (report.finished.empty() && report.unfinished.empty() && report.conflicts.empty()) {
    text = "nothing to recover\n";
  }
  return text;
}

int RunRecover(const Context& context, const StagingFlags& dataset,
               const std::string& abandon) {
  FileSystem* fs = nullptr;
  const Result<DatasetPaths> paths = dataset.Paths(context.storages, &fs);
  if (!paths.ok()) return Fail(paths.status(), Phase::kPreparing);
  if (!abandon.empty()) {
    const Status status = Abandon(*fs, Environment::System(), *paths, abandon);
    if (!status.ok()) return Fail(status, Phase::kPreparing);
    return Answer(fmt::format("abandoned job {}\n", abandon), kDone);
  }
  const Result<RecoverReport> report = Recover(*fs, Environment::System(), *paths);
  if (!report.ok()) return Fail(report.status(), Phase::kRunning);
  return Answer(TextOf(*report), kDone);
}

}  // namespace

void AddRecover(CLI::App* app, Action* action) {
  CLI::App* verb = app->add_subcommand(
      "recover", "Finish what a dead run left; safe at any time, from any host, twice");
  const auto dataset = AddStagingFlags(verb);
  const auto abandon = std::make_shared<std::string>();
  verb->add_option("--abandon", *abandon, "give up this unfinished job")->type_name("");
  verb->callback([=] {
    *action = [=](const Context& context) {
      return RunRecover(context, *dataset, *abandon);
    };
  });
}

}  // namespace howdah::cli
