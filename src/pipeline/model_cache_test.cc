#include "pipeline/model_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/memory_file_system.h"

namespace howdah {
namespace {

using testing::HasSubstr;

class ModelCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(CreateDirectories(*remote_, "/models/7/variables").ok());
    Put(*remote_, "/models/7/saved_model.pb", "the graph");
    Put(*remote_, "/models/7/variables/variables.index", "an index");
    Put(*remote_, "/models/7/variables/empty", "");
  }

  static void Put(FileSystem& fs, const std::string& path, std::string_view text) {
    const auto written = WriteFile(fs, path, text, IfExists::kReplace);
    ASSERT_TRUE(written.ok()) << written.status();
  }
  Result<std::string> Stage() {
    return StageModel(*remote_, "/models/7", "hdfs://nn/models/7", *local_, "/cache",
                      Environment::System());
  }
  std::string Read(const std::string& path) { return *ReadFile(*local_, path); }

  std::unique_ptr<FileSystem> remote_ = MakeMemoryFileSystem(Environment::System());
  std::unique_ptr<FileSystem> local_ = MakeMemoryFileSystem(Environment::System());
};

TEST_F(ModelCacheTest, AllFilesAreCopied) {
  const std::string place = Stage().ValueOrDie();
  EXPECT_EQ(Read(place + "/saved_model.pb"), "the graph");
  EXPECT_EQ(Read(place + "/variables/variables.index"), "an index");
  EXPECT_EQ(Read(place + "/variables/empty"), "");
  EXPECT_EQ(local_->List("/cache/models").ValueOrDie().size(), 1u)
      << "nothing else is left";
}

TEST_F(ModelCacheTest, ACopyThatIsWholeIsTakenAsItIs) {
  const std::string place = Stage().ValueOrDie();
  const int64_t before = local_->Stat(place + "/saved_model.pb")->mtime_us;
  EXPECT_EQ(Stage().ValueOrDie(), place);
  EXPECT_EQ(local_->Stat(place + "/saved_model.pb")->mtime_us, before);
}

TEST_F(ModelCacheTest, ACopyThatIsDamagedIsMadeAgain) {
  const std::string place = Stage().ValueOrDie();
  Put(*local_, place + "/saved_model.pb", "the grape");
  EXPECT_EQ(Stage().ValueOrDie(), place);
  EXPECT_EQ(Read(place + "/saved_model.pb"), "the graph");
  Put(*local_, place + "/one_more", "x");
  EXPECT_EQ(Stage().ValueOrDie(), place);
  EXPECT_FALSE(*Exists(*local_, place + "/one_more"));
  EXPECT_EQ(local_->List("/cache/models").ValueOrDie().size(), 1u);
}

TEST_F(ModelCacheTest, AModelThatHasChangedIsAnotherCopy) {
  const std::string before = Stage().ValueOrDie();
  Put(*remote_, "/models/7/saved_model.pb", "THE GRAPH");
  const std::string after = Stage().ValueOrDie();
  EXPECT_NE(after, before);
  EXPECT_EQ(Read(after + "/saved_model.pb"), "THE GRAPH");
  EXPECT_EQ(Read(before + "/saved_model.pb"), "the graph") << "somebody may be using it";
}

TEST_F(ModelCacheTest, WhatIsNoSavedModelIsNotCopied) {
  ASSERT_TRUE(remote_->DeleteFile("/models/7/saved_model.pb").ok());
  const Status status = Stage().status();
  EXPECT_TRUE(Is(status, ErrorKind::kNotFound));
  EXPECT_THAT(status.message(), HasSubstr("hdfs://nn/models/7"));
  EXPECT_THAT(status.message(), HasSubstr("saved_model.pb"));
  ASSERT_TRUE(remote_->DeleteTree("/models/7").ok());
  EXPECT_TRUE(Is(Stage().status(), ErrorKind::kNotFound));
  Put(*remote_, "/models/7", "a file");
  EXPECT_TRUE(Is(Stage().status(), ErrorKind::kInvalidInput));
  EXPECT_FALSE(*Exists(*local_, "/cache"));
}

}  // namespace
}  // namespace howdah
