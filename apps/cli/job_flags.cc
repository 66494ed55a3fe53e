#include "cli/job_flags.h"

#include "pipeline/storages.h"

namespace howdah::cli {
namespace {

struct Alias {
  const char* flag;
  const char* key;
  const char* help;
};

/// Short names of keys; every key is reached by --set.
constexpr Alias kAliases[] = {
    {"--model", "model.path", "SavedModel directory"},
    {"--input", "input.path", "file, directory or glob; may be repeated"},
    {"--output", "output.path", "directory of the dataset to land"},
    {"--format", "output.format", "format of the files: parquet"},
    {"--keep", "output.keep", "input columns to carry along: a,b"},
    {"--signature", "model.signature", "signature to run; default serving_default"},
    {"--mode", "output.mode", "new"},
    {"--schema", "output.schema", "declared schema (.avsc)"},
    {"--partition-by", "output.partition_by", "columns that become directories"},
    {"--compression", "output.compression", "codec; default the format's"},
    {"--profile", "output.profile", "readers to suit: lake"},
    {"--job-id", "job.id", "name of the job; the same name resumes it"},
    {"--bad-rows", "checks.bad_rows", "fail"},
};

Result<std::string> ReadText(const std::string& file) {
  const Storages storages = Storages::Builtin();
  HOWDAH_ASSIGN_OR_RETURN(Location location, storages.Resolve(file));
  constexpr int64_t kMostBytes = int64_t{16} << 20;
  Result<std::string> text = ReadFile(*location.fs, location.path, kMostBytes);
  return text.ok() ? text : WithContext(text.status(), "job file '" + file + "'");
}

}  // namespace

void LogFlags::Init() const {
  InitLog(format == "json" ? LogFormat::kJson : LogFormat::kText,
          verbose ? LogLevel::kDebug : LogLevel::kInfo);
}

std::shared_ptr<JobFlags> AddJobFlags(CLI::App* verb) {
  auto flags = std::make_shared<JobFlags>();
  verb->add_option("JOB", flags->job_file, "job file (TOML)");
  for (const Alias& alias : kAliases) {
    CLI::Option* option = verb->add_option(alias.flag, flags->aliases[alias.flag],
                                           fmt::format("{} ({})", alias.help, alias.key));
    option->type_name("")->expected(1);
    const bool many = std::string_view(alias.flag) == "--input";
    option->multi_option_policy(many ? CLI::MultiOptionPolicy::TakeAll
                                     : CLI::MultiOptionPolicy::Throw);
  }
  verb->add_option("--set", flags->sets, "any key of the job file: section.key=value")
      ->type_name("")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb->add_option("--tensorflow", flags->tensorflow,
                   "TensorFlow's library, its folder, or the Python package's folder")
      ->type_name("");
  verb->add_flag("--restart", flags->restart,
                 "give up what an unfinished run of this job has done, and begin again");
  return flags;
}

std::shared_ptr<LogFlags> AddLogFlags(CLI::App* verb) {
  auto flags = std::make_shared<LogFlags>();
  verb->add_option("--log-format", flags->format, "how to log to stderr: text or json")
      ->type_name("")
      ->check(CLI::IsMember({"text", "json"}));
  verb->add_flag("-v,--verbose", flags->verbose, "log more");
  return flags;
}

Result<JobSpec> ReadJob(const JobFlags& flags) {
  std::vector<Setting> settings;
  if (!flags.job_file.empty()) {
    HOWDAH_ASSIGN_OR_RETURN(std::string text, ReadText(flags.job_file));
    HOWDAH_ASSIGN_OR_RETURN(settings, ParseJobFile(text, flags.job_file));
  }
  for (const Alias& alias : kAliases) {
    const auto given = flags.aliases.find(alias.flag);
    if (given == flags.aliases.end()) continue;
    const std::vector<std::string>& values = given->second;
    if (values.size() == 1) settings.push_back({alias.key, values.front(), alias.flag});
    if (values.size() > 1) settings.push_back({alias.key, values, alias.flag});
  }
  for (const std::string& assignment : flags.sets) {
    HOWDAH_ASSIGN_OR_RETURN(Setting setting, ParseAssignment(assignment));
    settings.push_back(std::move(setting));
  }
  HOWDAH_ASSIGN_OR_RETURN(JobSpec spec, MakeJobSpec(settings));
  spec.model.tensorflow = flags.tensorflow;
  return spec;
}

}  // namespace howdah::cli
