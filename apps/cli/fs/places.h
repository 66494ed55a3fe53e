#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/fs/volume.h"
#include "pipeline/storages.h"

namespace howdah::cli {

/// A path on one of the volumes.
struct Place {
  Volume* volume = nullptr;  ///< not owned
  std::string path;          ///< absolute, normalised
  std::string shown;         ///< as the user wrote it, without '/' at its end

  /// The place of an entry of this directory.
  Place Child(std::string_view name) const;
};

/// A place where something is.
struct Found {
  Place place;
  Entry entry;
};

/// What a word without a scheme means.
enum class WordBase {
  kDefault,  ///< a path of fs.defaultFS, as for Hadoop; without one a local path
  kLocal,    ///< a local path: one side of put and get
};

/// Words of the command line as places. Thread-safe.
class Places {
 public:
  /// `storages` must outlive it.
  explicit Places(const Storages& storages) : storages_(storages) {}

  /// The word as it stands, globs not looked at. "hdfs:/x" is "hdfs:///x". Errors as
  /// Storages::Resolve.
  Result<Place> Resolve(std::string_view word, WordBase base);

  /// All that the word stands for, sorted by path: what is there, if it has no glob, or
  /// on the local disk if something has just this name; else what matches. NotFound:
  /// nothing. InvalidInput: a bad glob.
  Result<std::vector<Found>> Expand(std::string_view word, WordBase base);

  /// Resolve and Volume::Describe.
  Result<Found> Find(std::string_view word, WordBase base);

 private:
  Result<bool> DefaultIsHdfs();
  Volume* VolumeOf(FileSystem* fs);
  Result<std::vector<Found>> ExpandGlob(std::string_view word, WordBase base);

  const Storages& storages_;
  std::mutex mutex_;
  std::optional<bool> default_is_hdfs_;
  std::map<FileSystem*, std::unique_ptr<Volume>> volumes_;
};

/// "`shown`: No such file or directory".
Status NoSuchFile(std::string_view shown);

}  // namespace howdah::cli
