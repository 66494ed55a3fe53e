#pragma once

#include <string>
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

  int64_t bytes() const;
};

/// Find the files behind `paths`: a file is itself; a directory is all files below it; a
/// glob (*, ?, [a-z] in any component) is what it matches. Names that begin with '_' or
/// '.' are skipped below a directory and never match a wildcard, as in Hive.
/// \param format  "": by the files' extension.
///   NotFound: a path that does not exist, a glob or directory without files (says what
///   was looked for). InvalidInput: no format fits, several formats in one input, paths
///   on different storages.
Result<InputSet> FindInputs(const Storages& storages,
                            const std::vector<std::string>& paths,
                            const std::string& format);

}  // namespace howdah
