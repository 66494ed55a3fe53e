#pragma once

#include <string>

namespace howdah {

/// A fresh, empty directory on the machine's disk, removed with all it holds in the end.
class TempDirectory {
 public:
  TempDirectory();
  ~TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace howdah
