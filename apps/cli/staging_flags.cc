#include "cli/staging_flags.h"

namespace howdah::cli {

Result<DatasetPaths> StagingFlags::Paths(const Storages& storages,
                                         FileSystem** fs) const {
  HOWDAH_ASSIGN_OR_RETURN(Location where, storages.Resolve(dataset));
  *fs = where.fs;
  if (staging.empty()) return DatasetPaths::For(where.path, "");
  HOWDAH_ASSIGN_OR_RETURN(Location beside, storages.Resolve(staging));
  return DatasetPaths::For(where.path, beside.path);
}

std::shared_ptr<StagingFlags> AddStagingFlags(CLI::App* verb) {
  auto flags = std::make_shared<StagingFlags>();
  verb->add_option("DATASET", flags->dataset, "the dataset's directory")->required();
  verb->add_option("--staging", flags->staging, "where the job had its 'output.staging'")
      ->type_name("");
  return flags;
}

}  // namespace howdah::cli
