#pragma once

#include <memory>
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
  std::string url;           ///< for people: the path itself when local
};

/// The table of URL schemes and their file systems. Thread-safe once built.
class Storages {
 public:
  /// All built-in schemes: `file` (also paths without a scheme).
  static Storages Builtin();

  /// "file:///a/b", "/a/b", "a/b" (relative to the working directory) -> Location; "."
  /// and ".." are resolved by text, repeated and trailing '/' dropped. InvalidInput: the
  /// empty path, or a scheme that is not in the table (lists those that are).
  Result<Location> Resolve(std::string_view url) const;

 private:
  struct Scheme {
    std::string name;
    std::shared_ptr<FileSystem> fs;
  };
  std::vector<Scheme> schemes_;
};

/// Replace each ${NAME} by the environment variable's value. InvalidInput: it is not set,
/// or the brace is not closed.
Result<std::string> ExpandEnvironment(std::string_view text);

}  // namespace howdah
