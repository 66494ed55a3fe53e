// The `howdah` executable: a few lines that open the engine library locally.
//
// TensorFlow binds symbols such as BoringSSL's to whatever stands in the process's global
// scope. An executable that links the engine would put libparquet's OpenSSL there. This
// one links libc only.

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

namespace {

constexpr char kEngine[] = "/../lib/libhowdah_engine.so";
constexpr int kFailed = 1;

/// The engine's path, from the executable's own: <prefix>/bin/howdah.
bool EnginePath(char* path, size_t size) {
  const ssize_t length = readlink("/proc/self/exe", path, size - sizeof kEngine);
  if (length <= 0) return false;
  path[length] = '\0';
  char* slash = strrchr(path, '/');
  if (slash == nullptr) return false;
  strcpy(slash, kEngine);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  char path[PATH_MAX + sizeof kEngine];
  if (!EnginePath(path, sizeof path)) {
    fputs("error: cannot find where this program is (/proc/self/exe)\n", stderr);
    return kFailed;
  }
  void* engine = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  using Main = int (*)(int, char**);
  auto engine_main =
      engine == nullptr ? nullptr : reinterpret_cast<Main>(dlsym(engine, "howdah_main"));
  if (engine_main == nullptr) {
    fprintf(stderr, "error: cannot open the engine: %s\n", dlerror());
    return kFailed;
  }
  return engine_main(argc, argv);
}
