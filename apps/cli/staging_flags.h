#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "commit/paths.h"
#include "pipeline/storages.h"

namespace howdah::cli {

/// The dataset that a verb works on, and where its jobs' staging is.
struct StagingFlags {
  std::string dataset, staging;

  /// \param fs  set to the storage of both.
  Result<DatasetPaths> Paths(const Storages& storages, FileSystem** fs) const;
};

std::shared_ptr<StagingFlags> AddStagingFlags(CLI::App* verb);

}  // namespace howdah::cli
