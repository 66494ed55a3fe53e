// The storage contract's suite over a real HDFS cluster, whose URL is in
// HOWDAH_TEST_HDFS. Started by test_conformance.py; without a cluster every test fails.
#include <cstdlib>
#include <string>

#include "base/environment.h"
#include "hdfs/client_settings.h"
#include "hdfs/hadoop_config.h"
#include "hdfs/hdfs_file_system.h"
#include "testing/storage/expect_kind.h"
#include "testing/storage/file_system_conformance.h"

namespace howdah::hdfs {
namespace {

Result<std::unique_ptr<HdfsFileSystem>> Connect() {
  const char* url = std::getenv("HOWDAH_TEST_HDFS");
  constexpr std::string_view kScheme = "hdfs://";
  if (url == nullptr || !std::string_view(url).starts_with(kScheme)) {
    return Error(ErrorKind::kInvalidInput,
                 "HOWDAH_TEST_HDFS must be the URL of a cluster, hdfs://host:port");
  }
  std::string_view authority = std::string_view(url).substr(kScheme.size());
  authority = authority.substr(0, authority.find('/'));
  const EnvironmentVariables environment = [](const char* name) -> const char* {
    return std::getenv(name);
  };
  HOWDAH_ASSIGN_OR_RETURN(const HadoopConfig config, HadoopConfig::Load(environment));
  HOWDAH_ASSIGN_OR_RETURN(ClientOptions options,
                          OptionsFor(config, authority, environment));
  return HdfsFileSystem::Make(std::move(options));
}

HdfsFileSystem* Cluster() {
  static const auto cluster = Connect();
  EXPECT_DONE(cluster) << cluster.status().message();
  return cluster.ok() ? cluster->get() : nullptr;
}

class Hdfs final : public FileSystemUnderTest {
 public:
  explicit Hdfs(HdfsFileSystem& fs)
      : fs_(fs), root_("/conformance-" + RandomHex(Environment::System())) {
    const Status made = fs_.CreateDirectory(root_);
    EXPECT_TRUE(made.ok()) << made.message();
  }
  ~Hdfs() override { EXPECT_DONE(fs_.DeleteTree(root_)); }
  FileSystem& fs() override { return fs_; }
  std::string root() override { return root_; }

 private:
  HdfsFileSystem& fs_;
  const std::string root_;
};

std::unique_ptr<FileSystemUnderTest> MakeHdfs() {
  HdfsFileSystem* const cluster = Cluster();
  return cluster == nullptr ? nullptr : std::make_unique<Hdfs>(*cluster);
}

INSTANTIATE_TEST_SUITE_P(Storage, FileSystemConformance,
                         testing::Values(FileSystemRow{
                             "Hdfs", MakeHdfs,
                             /*pending_file_fills_directory=*/true}),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace howdah::hdfs
