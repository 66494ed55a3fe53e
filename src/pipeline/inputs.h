#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "pipeline/storages.h"
#include "source/source.h"
#include "types/split.h"

namespace howdah {

/// The input files of a job and where they are.
struct InputSet {
  FileSystem* fs = nullptr;
  std::vector<InputFile> files;    ///< each once; sorted by path within each given path
  std::vector<std::string> paths;  ///< of `files`, on `fs`
  const SourceFormat* format = nullptr;
  /// Columns from directories `name=value` above the files, as Hive has them.
  std::vector<ConstantColumn> constants;

  int64_t bytes() const;
};

/// Find the files behind `paths`: a file is itself; a directory is all files below it; a
/// glob (*, ?, [a-z] in any component; ** for any number of directories) is what it
/// matches. Names that begin with '_' or
/// '.' are skipped below a directory and never match a wildcard, as in Hive.
/// \param format  "": by the files' extension.
///   NotFound: a path that does not exist, a glob or directory without files (says what
///   was looked for). InvalidInput: no format fits, several formats in one input, paths
///   on different storages.
Result<InputSet> FindInputs(const Storages& storages,
                            const std::vector<std::string>& paths,
                            const std::string& format);

/// The format that a file's name shows; nullptr: none does.
const SourceFormat* SourceFormatByExtension(std::string_view path);

/// The columns that Hive style directories in `paths` give: each name that stands above
/// all of the files. Their type is int64 if every value is a whole number as int64 prints
/// it, else string ("007" stays text); __HIVE_DEFAULT_PARTITION__ is null. Values are
/// unescaped as in Hive. Of two directories of one name in one path, the inner counts.
std::vector<ConstantColumn> PartitionColumns(const std::vector<std::string>& paths);

}  // namespace howdah
