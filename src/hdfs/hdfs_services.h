#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "hdfs/hadoop_config.h"
#include "hdfs/hdfs_file_system.h"

namespace howdah::hdfs {

/// The HDFS services that this process has named so far, one file system each. Reads the
/// configuration when the first is asked for, and connects to nothing. Thread-safe.
class HdfsServices {
 public:
  explicit HdfsServices(EnvironmentVariables environment);

  /// The file system of hdfs://AUTHORITY/, the same one for all ways to name a service:
  /// "nn" and "nn:8020", or "" where fs.defaultFS is that. Errors as OptionsFor. Lives as
  /// long as this object.
  Result<HdfsFileSystem*> Find(std::string_view authority);

 private:
  const EnvironmentVariables environment_;
  std::mutex mutex_;
  std::optional<HadoopConfig> config_;
  std::map<std::string, std::unique_ptr<HdfsFileSystem>> services_;
};

}  // namespace howdah::hdfs
