#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "storage/file_system.h"

namespace howdah {

/// A path on one of the storages.
struct Location {
  FileSystem* fs = nullptr;  ///< not owned
  std::string path;          ///< absolute, normalised
  std::string url;           ///< for people: the path itself when local, else with scheme
  int64_t block_bytes = 0;   ///< in which the storage keeps files; 0: it has no blocks
};

/// The table of URL schemes and their file systems. Thread-safe once built; copies share
/// the file systems.
class Storages {
 public:
  /// All built-in schemes: `file` (also paths without a scheme) and `hdfs`. Nothing is
  /// read or connected to before a URL of a scheme is resolved.
  static Storages Builtin();

  /// "file:///a/b", "/a/b", "a/b" (relative to the working directory),
  /// "hdfs://nameservice/a", "hdfs://host:port/a", "hdfs:///a" (of fs.defaultFS) ->
  /// Location; "." and ".." are resolved by text, repeated and trailing '/' dropped.
  /// Names are taken as they stand: no %XX. InvalidInput: the empty path, or a scheme
  /// that is not in the table (lists those that are); for hdfs also what
  /// hdfs/client_settings.h says of the configuration.
  Result<Location> Resolve(std::string_view url) const;

 private:
  struct Scheme {
    std::string name;
    /// \param rest  what follows "scheme://", or the whole of a plain path.
    std::function<Result<Location>(std::string_view url, std::string_view rest)> resolve;
  };
  std::vector<Scheme> schemes_;
};

/// Replace each ${NAME} by the environment variable's value. InvalidInput: it is not set,
/// or the brace is not closed.
Result<std::string> ExpandEnvironment(std::string_view text);

}  // namespace howdah
