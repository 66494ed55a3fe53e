#include "cli/exit_code.h"
#include "cli/job_flags.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "pipeline/table_ddl.h"

namespace howdah::cli {
namespace {

struct Flags {
  std::string what, dialect, table;
};

Result<std::string> Ddl(const Context& context, const Flags& flags) {
  HOWDAH_ASSIGN_OR_RETURN(const SqlDialect dialect, ParseSqlDialect(flags.dialect));
  if (!flags.what.ends_with(".toml")) {
    return DatasetDdl(context.storages, flags.what, dialect, flags.table);
  }
  JobFlags job;
  job.job_file = flags.what;
  HOWDAH_ASSIGN_OR_RETURN(JobSpec spec, ReadJob(job));
  return JobDdl(context.storages, std::move(spec), dialect, flags.table);
}

}  // namespace

void AddDdl(CLI::App* app, Action* action) {
  CLI::App* verb = app->add_subcommand(
      "ddl", "Print CREATE TABLE for a dataset, or for what a job would land");
  const auto flags = std::make_shared<Flags>();
  verb->add_option("WHAT", flags->what, "dataset, or job file (.toml)")->required();
  verb->add_option("--dialect", flags->dialect, "hive, spark, trino, impala or duckdb")
      ->required();
  verb->add_option("--table", flags->table,
                   "name of the table (default: the last part of the path)");
  verb->callback([=] {
    *action = [=](const Context& context) -> int {
      const Result<std::string> text = Ddl(context, *flags);
      if (!text.ok()) return Fail(text.status(), Phase::kPreparing);
      return Answer(*text, kDone);
    };
  });
}

}  // namespace howdah::cli
