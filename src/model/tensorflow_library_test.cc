#include "model/tensorflow_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

namespace howdah {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

constexpr const char* kLibrary = "libtensorflow_cc.so.2";

// A made-up machine below a temporary folder; PATH, HOME and HOWDAH_TENSORFLOW are the
// test's own.
class FindTensorFlowTest : public testing::Test {
 protected:
  FindTensorFlowTest() {
    std::string pattern = testing::TempDir() + "/find_XXXXXX";
    root_ = fs::canonical(mkdtemp(pattern.data()));
    for (const char* name : {"PATH", "HOME", "HOWDAH_TENSORFLOW"}) {
      const char* value = std::getenv(name);
      saved_[name] = value != nullptr ? value : "";
    }
    unsetenv("HOWDAH_TENSORFLOW");
    Set("PATH", (root_ / "usr/bin").string());
    Set("HOME", (root_ / "home").string());
  }
  ~FindTensorFlowTest() override {
    for (const auto& [name, value] : saved_) Set(name.c_str(), value);
    fs::remove_all(root_);
  }

  static void Set(const char* name, const std::string& value) {
    setenv(name, value.c_str(), 1);
  }
  // An empty file; its full path.
  std::string Make(const fs::path& name) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << "";
    return (root_ / name).string();
  }
  void MakeProgram(const fs::path& name) const {
    fs::permissions(Make(name), fs::perms::owner_all);
  }
  std::string MakeLibrary(const fs::path& folder) const {
    return Make(folder / kLibrary);
  }
  std::string Engine() const { return (root_ / "engine").string(); }
  std::string Find(const std::string& flag = "") const {
    auto found = FindTensorFlow(flag, Engine());
    return found.ok() ? *found : "error: " + found.status().message();
  }

  fs::path root_;
  std::map<std::string, std::string> saved_;
};

TEST_F(FindTensorFlowTest, TakesTheFlagAsLibraryOrFolder) {
  const std::string library = MakeLibrary("some/tensorflow");
  EXPECT_EQ(Find(library), library);
  EXPECT_EQ(Find((root_ / "some/tensorflow").string()), library);
  EXPECT_EQ(Find((root_ / "some/tensorflow/").string()), library);
}

TEST_F(FindTensorFlowTest, DoesNotLookFurtherWhenTheFlagOrTheVariableIsWrong) {
  MakeLibrary("engine/tensorflow");
  const auto flag = FindTensorFlow(root_.string(), Engine()).status();
  EXPECT_TRUE(Is(flag, ErrorKind::kNotFound));
  EXPECT_THAT(flag.message(), HasSubstr(root_.string()));
  Set("HOWDAH_TENSORFLOW", Make("notes.txt"));
  EXPECT_THAT(Find(),
              HasSubstr("HOWDAH_TENSORFLOW is '" + (root_ / "notes.txt").string()));
}

TEST_F(FindTensorFlowTest, PrefersFlagThenVariableThenEngineThenPython) {
  const std::string flag = MakeLibrary("flag"), variable = MakeLibrary("variable"),
                    engine = MakeLibrary("engine/tensorflow"),
                    python = MakeLibrary("usr/lib/python3.11/site-packages/tensorflow");
  MakeProgram("usr/bin/python3.11");
  fs::create_symlink("python3.11", root_ / "usr/bin/python3");
  Set("HOWDAH_TENSORFLOW", variable);
  EXPECT_EQ(Find(flag), flag);
  EXPECT_EQ(Find(), variable);
  unsetenv("HOWDAH_TENSORFLOW");
  EXPECT_EQ(Find(), engine);
  fs::remove_all(root_ / "engine");
  EXPECT_EQ(Find(), python);
}

TEST_F(FindTensorFlowTest, ResolvesLinksSoThatTheOtherLibraryIsBeside) {
  const std::string library = MakeLibrary("real");
  fs::create_directories(root_ / "engine");
  fs::create_directory_symlink("../real", root_ / "engine/tensorflow");
  EXPECT_EQ(Find(), library);
}

TEST_F(FindTensorFlowTest, LooksIntoAVirtualEnvironmentAndNotIntoItsBase) {
  MakeProgram("usr/bin/python3.11");
  MakeLibrary("usr/lib/python3.11/site-packages/tensorflow");
  fs::create_directories(root_ / "venv/bin");
  fs::create_symlink(root_ / "usr/bin/python3.11", root_ / "venv/bin/python3");
  Make("venv/pyvenv.cfg");
  Set("PATH", (root_ / "venv/bin").string() + ":" + (root_ / "usr/bin").string());
  EXPECT_THAT(Find(), HasSubstr("no tensorflow package of '" +
                                (root_ / "venv/bin/python3").string() + "'"));
  const std::string library = MakeLibrary("venv/lib/python3.11/site-packages/tensorflow");
  EXPECT_EQ(Find(), library);
}

TEST_F(FindTensorFlowTest, KnowsDebiansFoldersAndTheUsersOwn) {
  MakeProgram("usr/bin/python3.11");
  fs::create_symlink("python3.11", root_ / "usr/bin/python3");
  const auto apt = MakeLibrary("usr/lib/python3/dist-packages/tensorflow");
  EXPECT_EQ(Find(), apt);
  const auto pip = MakeLibrary("usr/local/lib/python3.11/dist-packages/tensorflow");
  EXPECT_EQ(Find(), pip);
  const auto user = MakeLibrary("home/.local/lib/python3.11/site-packages/tensorflow");
  EXPECT_EQ(Find(), user);
}

TEST_F(FindTensorFlowTest, TakesNoPackageOfAnotherPythonVersion) {
  MakeProgram("usr/bin/python3.11");
  fs::create_symlink("python3.11", root_ / "usr/bin/python3");
  MakeLibrary("usr/lib/python3.9/site-packages/tensorflow");
  EXPECT_THAT(Find(), HasSubstr("error: "));
}

TEST_F(FindTensorFlowTest, FallsBackToTheProgramPython) {
  MakeProgram("opt/bin/python");
  Set("PATH", (root_ / "usr/bin").string() + "::" + (root_ / "opt/bin").string());
  const auto library = MakeLibrary("opt/lib/python3.12/site-packages/tensorflow");
  EXPECT_EQ(Find(), library);
}

TEST_F(FindTensorFlowTest, PrefersTheNewestWhereTheVersionIsNotKnown) {
  MakeProgram("opt/bin/python3");
  Set("PATH", (root_ / "opt/bin").string());
  MakeLibrary("opt/lib/python3.9/site-packages/tensorflow");
  const auto newest = MakeLibrary("opt/lib/python3.12/site-packages/tensorflow");
  EXPECT_EQ(Find(), newest);
}

TEST_F(FindTensorFlowTest, SaysHowToGetIt) {
  const auto status = FindTensorFlow("", Engine()).status();
  EXPECT_TRUE(Is(status, ErrorKind::kNotFound));
  EXPECT_THAT(status.message(), HasSubstr("there is no python3 on PATH"));
  EXPECT_THAT(status.message(), HasSubstr("pip install tensorflow-cpu"));
  unsetenv("PATH");
  EXPECT_TRUE(Is(FindTensorFlow("", Engine()).status(), ErrorKind::kNotFound));
}

}  // namespace
}  // namespace howdah
