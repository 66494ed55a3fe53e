#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "pipeline/job_spec.h"
#include "pipeline/run.h"

namespace howdah::cli {

/// The flags by which `run` and `check` are given a job.
struct JobFlags {
  std::string job_file;
  std::map<std::string, std::vector<std::string>> aliases;  ///< flag -> values given
  std::vector<std::string> sets;
  std::string tensorflow;
  bool restart = false;
};

/// Where log lines go and how much of them there is.
struct LogFlags {
  std::string format = "text";
  bool verbose = false;

  void Init() const;
};

std::shared_ptr<JobFlags> AddJobFlags(CLI::App* verb);
std::shared_ptr<LogFlags> AddLogFlags(CLI::App* verb);

/// The job: the job file, then flags, then --set, each overriding what came before.
Result<JobSpec> ReadJob(const JobFlags& flags);

}  // namespace howdah::cli
