#include "model/tensorflow_library.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>

namespace howdah {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLibrary = "libtensorflow_cc.so.2";
constexpr const char* kGetIt =
    "get it with 'pip install tensorflow-cpu', or set HOWDAH_TENSORFLOW to the folder "
    "that "
    "holds libtensorflow_cc.so.2";

std::string EnvironmentVariable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// The library with links resolved, as it looks for its own second half beside itself.
std::string Resolved(const fs::path& library) {
  std::error_code error;
  const fs::path resolved = fs::canonical(library, error);
  return error ? fs::absolute(library, error).string() : resolved.string();
}

// What a user said: the library or a folder that holds it.
Result<std::string> FromUser(const std::string& value, const std::string& where) {
  const fs::path path(value);
  if (IsFile(path / kLibrary)) return Resolved(path / kLibrary);
  if (IsFile(path) && path.filename().string().starts_with("libtensorflow")) {
    return Resolved(path);
  }
  return Error(ErrorKind::kNotFound, "{} is '{}', but there is no {}; {}", where, value,
               kLibrary, kGetIt);
}

// The first of the programs python3, then python, that is on PATH; "" if none is.
fs::path PythonOnPath() {
  for (const char* name : {"python3", "python"}) {
    std::istringstream folders(EnvironmentVariable("PATH"));
    for (std::string folder; std::getline(folders, folder, ':');) {
      const fs::path program = fs::path(folder) / name;
      if (!folder.empty() && IsFile(program) && access(program.c_str(), X_OK) == 0) {
        return program;
      }
    }
  }
  return {};
}

// `lib`/python3.*, newest first; only `version` ("python3.11") if that is one.
std::vector<fs::path> VersionFolders(const fs::path& lib, const std::string& version) {
  if (version.starts_with("python3.")) return {lib / version};
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(lib, error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().filename().string().starts_with("python3."))
      folders.push_back(it->path());
  }
  std::sort(folders.begin(), folders.end(), [](const fs::path& a, const fs::path& b) {
    const auto x = a.filename().string(), y = b.filename().string();
    return x.size() != y.size() ? x.size() > y.size() : x > y;  // 3.10 before 3.9
  });
  return folders;
}

// Where this Python keeps packages, in the order in which it would look itself.
std::vector<fs::path> PackageFolders(const fs::path& python) {
  std::vector<fs::path> folders;
  const auto add = [&](const fs::path& lib, const std::string& version,
                       const char* name) {
    for (const fs::path& folder : VersionFolders(lib, version)) {
      folders.push_back(folder / name);
    }
  };
  const fs::path environment = python.parent_path().parent_path();
  if (IsFile(environment / "pyvenv.cfg")) {
    add(environment / "lib", "", "site-packages");
    return folders;
  }
  std::error_code error;
  const fs::path program = fs::canonical(python, error);
  if (error) return folders;
  const std::string version = program.filename().string();
  const fs::path prefix = program.parent_path().parent_path();
  const std::string home = EnvironmentVariable("HOME");
  if (!home.empty()) add(fs::path(home) / ".local/lib", version, "site-packages");
  add(prefix / "local/lib", version, "dist-packages");      // Debian: pip
  folders.push_back(prefix / "lib/python3/dist-packages");  // Debian: apt
  add(prefix / "lib", version, "site-packages");
  return folders;
}

}  // namespace

Result<std::string> FindTensorFlow(const std::string& flag,
                                   const std::string& engine_directory) {
  if (!flag.empty()) return FromUser(flag, "the TensorFlow folder given");
  const std::string variable = EnvironmentVariable("HOWDAH_TENSORFLOW");
  if (!variable.empty()) return FromUser(variable, "HOWDAH_TENSORFLOW");

  const fs::path beside = fs::path(engine_directory) / "tensorflow";
  if (IsFile(beside / kLibrary)) return Resolved(beside / kLibrary);
  const fs::path python = PythonOnPath();
  if (!python.empty()) {
    for (const fs::path& folder : PackageFolders(python)) {
      const fs::path library = folder / "tensorflow" / kLibrary;
      if (IsFile(library)) return Resolved(library);
    }
  }
  return Error(ErrorKind::kNotFound, "TensorFlow was not found: not in '{}', and {}; {}",
               beside.string(),
               python.empty() ? "there is no python3 on PATH"
                              : "no tensorflow package of '" + python.string() + "'",
               kGetIt);
}

}  // namespace howdah
