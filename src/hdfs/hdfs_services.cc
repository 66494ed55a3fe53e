#include "hdfs/hdfs_services.h"

#include <utility>

#include "hdfs/client_settings.h"

namespace howdah::hdfs {

HdfsServices::HdfsServices(EnvironmentVariables environment)
    : environment_(std::move(environment)) {}

Result<HdfsFileSystem*> HdfsServices::Find(std::string_view authority) {
  const std::scoped_lock lock(mutex_);
  if (!config_.has_value()) {
    HOWDAH_ASSIGN_OR_RETURN(config_, HadoopConfig::Load(environment_));
  }
  HOWDAH_ASSIGN_OR_RETURN(ClientOptions options,
                          OptionsFor(*config_, authority, environment_));
  std::unique_ptr<HdfsFileSystem>& found = services_[options.service];
  if (found == nullptr) found = HdfsFileSystem::Make(std::move(options));
  return found.get();
}

}  // namespace howdah::hdfs
