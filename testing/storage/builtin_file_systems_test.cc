// The conformance suite over the file systems that are part of Howdah, and over the
// faulty wire without faults, which must not differ from what is behind it.

#include "base/environment.h"
#include "storage/local_file_system.h"
#include "storage/memory_file_system.h"
#include "testing/storage/faulty_file_system.h"
#include "testing/storage/file_system_conformance.h"
#include "testing/storage/temp_directory.h"

namespace howdah {
namespace {

class Local final : public FileSystemUnderTest {
 public:
  FileSystem& fs() override { return *fs_; }
  std::string root() override { return directory_.path(); }

 private:
  TempDirectory directory_;
  std::unique_ptr<FileSystem> fs_ = MakeLocalFileSystem();
};

class Memory final : public FileSystemUnderTest {
 public:
  Memory() { EXPECT_TRUE(CreateDirectories(*fs_, root()).ok()); }
  FileSystem& fs() override { return *fs_; }
  std::string root() override { return "/some/root"; }

 private:
  std::unique_ptr<FileSystem> fs_ = MakeMemoryFileSystem(Environment::System());
};

class MemoryBehindWire final : public FileSystemUnderTest {
 public:
  FileSystem& fs() override { return wire_; }
  std::string root() override { return memory_.root(); }

 private:
  Memory memory_;
  FaultyFileSystem wire_{memory_.fs(), [](const CallInfo&) { return Fault{}; }};
};

template <typename T>
std::unique_ptr<FileSystemUnderTest> Make() {
  return std::make_unique<T>();
}

INSTANTIATE_TEST_SUITE_P(
    Storage, FileSystemConformance,
    testing::Values(FileSystemRow{"Local", Make<Local>,
                                  /*pending_file_fills_directory=*/true,
                                  /*somebody=*/"54321"},
                    FileSystemRow{"Memory", Make<Memory>},
                    FileSystemRow{"MemoryBehindWire", Make<MemoryBehindWire>}),
    testing::PrintToStringParamName());

}  // namespace
}  // namespace howdah
