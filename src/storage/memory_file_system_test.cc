#include "storage/memory_file_system.h"

#include <gtest/gtest.h>

#include <string>

namespace howdah {
namespace {

/// A clock that the test turns.
class FakeEnvironment final : public Environment {
 public:
  int64_t NowMicros() override { return now_us; }
  uint64_t Random64() override { return 0; }
  int64_t now_us = 1'000;
};

class MemoryFileSystemTest : public testing::Test {
 protected:
  int64_t Mtime(const std::string& path) { return fs_->Stat(path).ValueOrDie().mtime_us; }

  FakeEnvironment environment_;
  std::unique_ptr<FileSystem> fs_ = MakeMemoryFileSystem(environment_);
};

TEST_F(MemoryFileSystemTest, BeginsWithAnEmptyRoot) {
  EXPECT_TRUE(fs_->List("/").ValueOrDie().empty());
  EXPECT_EQ(Mtime("/"), 1'000);
}

TEST_F(MemoryFileSystemTest, AFileIsAsOldAsItsCommitAndKeepsThatWhenMoved) {
  auto file = fs_->CreateFile("/f").ValueOrDie();
  environment_.now_us = 2'000;
  ASSERT_TRUE(file->Commit(IfExists::kFail).ok());
  environment_.now_us = 3'000;
  ASSERT_TRUE(fs_->Rename("/f", "/g", IfExists::kFail).ok());
  EXPECT_EQ(Mtime("/g"), 2'000);
}

TEST_F(MemoryFileSystemTest, ADirectoryIsAsOldAsTheLastChangeOfItsEntries) {
  ASSERT_TRUE(fs_->CreateDirectory("/d").ok());
  environment_.now_us = 2'000;
  ASSERT_TRUE(fs_->CreateDirectory("/d/e").ok());
  EXPECT_EQ(Mtime("/d"), 2'000);
  EXPECT_EQ(Mtime("/"), 1'000);
  environment_.now_us = 3'000;
  ASSERT_TRUE(fs_->DeleteDirectory("/d/e").ok());
  EXPECT_EQ(Mtime("/d"), 3'000);
}

TEST_F(MemoryFileSystemTest, APendingFileIsInNoListing) {
  auto file = fs_->CreateFile("/f").ValueOrDie();
  EXPECT_TRUE(fs_->List("/").ValueOrDie().empty());
}

TEST_F(MemoryFileSystemTest, ModesFollowAUmaskOf022) {
  ASSERT_TRUE(fs_->CreateDirectory("/d", 0777).ok());
  ASSERT_TRUE(WriteFile(*fs_, "/f", "", IfExists::kFail).ok());
  EXPECT_EQ(fs_->Stat("/d")->mode, 0755u);
  EXPECT_EQ(fs_->Stat("/f")->mode, 0644u);
}

}  // namespace
}  // namespace howdah
