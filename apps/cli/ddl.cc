#include "cli/exit_code.h"
#include "cli/job_flags.h"
#include "cli/print.h"
#include "cli/verbs.h"
#include "pipeline/table_ddl.h"

namespace howdah::cli {
namespace {

struct Flags {
  std::string what, dialect, table;
  bool partitions = false;
};

Result<std::string> Ddl(const Context& context, const Flags& flags) {
  HOWDAH_ASSIGN_OR_RETURN(const SqlDialect dialect, ParseSqlDialect(flags.dialect));
  if (!flags.what.ends_with(".toml")) {
    const auto ddl = flags.partitions ? &DatasetPartitions : &DatasetDdl;
    return ddl(context.storages, flags.what, dialect, flags.table);
  }
  if (flags.partitions) {
    return Error(ErrorKind::kInvalidInput,
                 "--partitions is of a dataset that has landed, but '{}' is a job file: "
                 "give the dataset",
                 flags.what);
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
  verb->add_flag("--partitions", flags->partitions,
                 "print what makes the table see the dataset's partitions");
  verb->callback([=] {
    *action = [=](const Context& context) -> int {
      const Result<std::string> text = Ddl(context, *flags);
      if (!text.ok()) return Fail(text.status(), Phase::kPreparing);
      return Answer(*text, kDone);
    };
  });
}

}  // namespace howdah::cli
