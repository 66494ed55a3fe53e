#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace howdah::hdfs {

/// Reads an environment variable; null if it is not set. Tests hand in their own.
using EnvironmentVariables = std::function<const char*(const char* name)>;

/// Hadoop's configuration as the files of this machine give it: what is set, not the
/// defaults. Reads as Configuration.java does: a later file overrides an earlier one but
/// for what that calls final; deprecated names stand for their successors. A plain value.
class HadoopConfig {
 public:
  struct Entry {
    std::string value;  ///< as written
    bool is_final = false;
    std::string file;
  };

  /// core-site.xml and hdfs-site.xml of $HADOOP_CONF_DIR, else of
  /// $HADOOP_HOME/etc/hadoop, else nothing. Either file may be missing. InvalidInput: a
  /// file cannot be read as configuration, or $HADOOP_CONF_DIR is no directory.
  static Result<HadoopConfig> Load(const EnvironmentVariables& environment);

  /// As `<property>` of one more file would.
  void Set(std::string_view name, Entry entry);

  /// The value with ${name} and ${env.NAME} expanded, without spaces around it; none if
  /// it is not set. InvalidInput: more than 20 expansions.
  Result<std::optional<std::string>> Get(std::string_view name) const;

  /// All that is set, by today's names.
  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }
  /// Where the files were looked for; empty: nowhere.
  const std::string& directory() const { return directory_; }

 private:
  std::optional<std::string> Variable(std::string_view name) const;

  EnvironmentVariables environment_;
  std::string directory_;
  std::map<std::string, Entry, std::less<>> entries_;
};

/// Who this process acts as: $HADOOP_USER_NAME, else the login.
std::string HadoopUser(const EnvironmentVariables& environment);

}  // namespace howdah::hdfs
