#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "hdfs/client_options.h"
#include "hdfs/hadoop_config.h"

namespace howdah::hdfs {

/// The options of a client for `authority`, the part of hdfs://AUTHORITY/path: a
/// nameservice of the configuration, host, or host:port; empty: that of fs.defaultFS.
///
/// InvalidInput: a value cannot be read, or the authority is none of these. Unsupported:
/// the configuration asks for protection that this version does not have, so that going
/// on would be less safe than Hadoop's own client.
Result<ClientOptions> OptionsFor(const HadoopConfig& config, std::string_view authority,
                                 const EnvironmentVariables& environment);

/// A setting as `howdah fs conf` shows it.
struct Setting {
  std::string name;
  std::string value;     ///< expanded; the default where nothing is set
  std::string file;      ///< where it is set; empty: the default
  bool honoured = true;  ///< false: this version does not look at it
  /// What is different here from Hadoop's own client where that matters for the safety
  /// of data; else empty.
  std::string warning;
};

/// Every key that is honoured, then those that are set and are not, each by name.
Result<std::vector<Setting>> DescribeSettings(const HadoopConfig& config);

}  // namespace howdah::hdfs
