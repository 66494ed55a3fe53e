#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "storage/file_system.h"

namespace howdah {

/// A file system made for one test. What lies behind it goes when this object goes.
class FileSystemUnderTest {
 public:
  virtual ~FileSystemUnderTest() = default;
  virtual FileSystem& fs() = 0;
  /// A fresh, empty directory in it that the test may use as it likes.
  virtual std::string root() = 0;
};

/// One row of the suite: a file system, and where it differs from the others within the
/// contract.
struct FileSystemRow {
  std::string name;  ///< letters and digits only
  std::function<std::unique_ptr<FileSystemUnderTest>()> make;
  /// A file that is being written keeps its directory from being removed as empty.
  bool pending_file_fills_directory = false;
  /// Who is no user and no group of the machine, named as this storage does.
  std::string somebody = "somebody";
};

inline std::ostream& operator<<(std::ostream& out, const FileSystemRow& row) {
  return out << row.name;
}

/// The contract of FileSystem as tests. A program that links the CMake target
/// howdah_file_system_conformance runs them over the rows it names:
///
///   INSTANTIATE_TEST_SUITE_P(MyStorage, FileSystemConformance, testing::Values(row, …),
///                            testing::PrintToStringParamName());
class FileSystemConformance : public testing::TestWithParam<FileSystemRow> {
 protected:
  void SetUp() override {
    under_test_ = GetParam().make();
    ASSERT_NE(under_test_, nullptr);
  }

  FileSystem& fs() { return under_test_->fs(); }
  /// The path of `name`, which may have several components, below the test's root; "" is
  /// the root itself.
  std::string Path(std::string_view name) {
    return name.empty() ? under_test_->root() : JoinPath(under_test_->root(), name);
  }

  /// Short hands that fail the test when they fail.
  void MakeFile(std::string_view name, std::string_view text = "text");
  void MakeDirectory(std::string_view name);
  std::string Text(std::string_view name);
  bool Has(std::string_view name);
  /// Names in a directory that readers of datasets see, i.e. without hidden ones; "a b
  /// c".
  std::string VisibleNames(std::string_view name);
  /// Calls `action(i)` for i < count on as many threads at once. \return how many were
  /// OK.
  static int CountSuccesses(int count, const std::function<Status(int)>& action);

 private:
  std::unique_ptr<FileSystemUnderTest> under_test_;
};

}  // namespace howdah
