#include <algorithm>
#include <cstdlib>

#include "cli/exit_code.h"
#include "cli/fs/format.h"
#include "cli/fs/verbs.h"
#include "hdfs/client_settings.h"
#include "hdfs/hadoop_config.h"

namespace howdah::cli {
namespace {

Status PrintConf(FsCall& call) {
  const auto environment = [](const char* name) -> const char* {
    return std::getenv(name);
  };
  HOWDAH_ASSIGN_OR_RETURN(const hdfs::HadoopConfig config,
                          hdfs::HadoopConfig::Load(environment));
  HOWDAH_ASSIGN_OR_RETURN(const std::vector<hdfs::Setting> settings,
                          hdfs::DescribeSettings(config));
  const auto is_wanted = [&](const hdfs::Setting& setting) {
    return call.words().empty() ||
           std::ranges::find(call.words(), setting.name) != call.words().end();
  };
  call.Print(fmt::format("# configuration: {}\n# user: {}\n",
                         config.directory().empty() ? "none (HADOOP_CONF_DIR is not set)"
                                                    : config.directory(),
                         hdfs::HadoopUser(environment)));
  std::vector<std::vector<std::string>> rows;
  for (const hdfs::Setting& setting : settings) {
    if (!is_wanted(setting)) continue;
    rows.push_back({setting.honoured ? "honoured" : "ignored", setting.name,
                    setting.value.empty() ? "-" : setting.value,
                    setting.file.empty() ? "default" : setting.file});
  }
  call.Print(TableText(rows, {false, false, false, false}));
  for (const hdfs::Setting& setting : settings) {
    if (!is_wanted(setting) || setting.warning.empty()) continue;
    call.Print(fmt::format("# warning: {}: {}\n", setting.name, setting.warning));
  }
  for (const std::string& word : call.words()) {
    if (std::ranges::find(settings, word, &hdfs::Setting::name) == settings.end()) {
      call.Failed(Error(ErrorKind::kNotFound,
                        "{}: is not set, and howdah does not look at it", word));
    }
  }
  return Status::OK();
}

int Conf(FsCall& call) {
  call.Failed(PrintConf(call));
  return call.code();
}

}  // namespace

FsVerb ConfVerb() {
  return {.name = "conf",
          .arguments = "[KEY...]",
          .summary =
              "print which keys of Hadoop's configuration are honoured, which are "
              "ignored, and what matters of that",
          .least = 0,
          .run = Conf};
}

}  // namespace howdah::cli
