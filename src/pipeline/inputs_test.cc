#include "pipeline/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class InputsTest : public testing::Test {
 protected:
  InputsTest() {
    std::string pattern = testing::TempDir() + "/inputs-XXXXXX";
    root_ = mkdtemp(pattern.data());
  }
  ~InputsTest() override { std::filesystem::remove_all(root_); }

  void Touch(const std::string& path) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << "x";
  }

  /// Paths found, relative to the root; or the error.
  std::vector<std::string> Find(const std::vector<std::string>& paths,
                                const std::string& format = "") {
    std::vector<std::string> absolute;
    for (const std::string& path : paths) absolute.push_back((root_ / path).string());
    const Result<InputSet> inputs = FindInputs(storages_, absolute, format);
    if (!inputs.ok()) return {inputs.status().message()};
    std::vector<std::string> found;
    for (const std::string& path : inputs->paths) {
      found.push_back(std::filesystem::relative(path, root_).string());
    }
    return found;
  }

  std::filesystem::path root_;
  Storages storages_ = Storages::Builtin();
};

TEST_F(InputsTest, ADirectoryIsAllVisibleFilesBelowItInOrder) {
  for (const char* name : {"d/b.parquet", "d/a.parquet", "d/sub/c.parquet", "d/_SUCCESS",
                           "d/.hidden.parquet", "d/_tmp/x.parquet"}) {
    Touch(name);
  }
  EXPECT_THAT(Find({"d"}), ElementsAre("d/a.parquet", "d/b.parquet", "d/sub/c.parquet"));
}

TEST_F(InputsTest, WildcardsMatchVisibleNamesInAnyComponent) {
  for (const char* name :
       {"y=1/a.parquet", "y=2/a.parquet", "y=2/_b.parquet", "z/a.parquet"}) {
    Touch(name);
  }
  EXPECT_THAT(Find({"y=*/*.parquet"}), ElementsAre("y=1/a.parquet", "y=2/a.parquet"));
  EXPECT_THAT(Find({"y=[2-9]"}), ElementsAre("y=2/a.parquet"));
}

TEST_F(InputsTest, ANameWithWildcardCharactersIsTakenLiterallyWhenItExists) {
  Touch("a[1].parquet");
  Touch("a1.parquet");
  EXPECT_THAT(Find({"a[1].parquet"}), ElementsAre("a[1].parquet"));
}

TEST_F(InputsTest, AFileGivenTwiceIsReadOnce) {
  Touch("d/a.parquet");
  EXPECT_THAT(Find({"d/a.parquet", "d", "d/*"}), ElementsAre("d/a.parquet"));
}

TEST_F(InputsTest, WhatIsNotThereIsNamed) {
  std::filesystem::create_directories(root_ / "empty");
  EXPECT_THAT(Find({"nowhere.parquet"}),
              ElementsAre(HasSubstr("no such file or directory")));
  EXPECT_THAT(Find({"*.parquet"}), ElementsAre(HasSubstr("no file matches")));
  EXPECT_THAT(Find({"empty"}), ElementsAre(HasSubstr("no files in the directory")));
}

TEST_F(InputsTest, AFormatThatDoesNotShowMustBeNamed) {
  Touch("data.bin");
  EXPECT_THAT(Find({"data.bin"}), ElementsAre(HasSubstr("set 'input.format'")));
  EXPECT_THAT(Find({"data.bin"}, "parquet"), ElementsAre("data.bin"));
}

}  // namespace
}  // namespace howdah
