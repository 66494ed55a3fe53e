#include "model/tensorflow_api.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string_view>

namespace howdah {
namespace {

namespace fs = std::filesystem;

// Another copy of TensorFlow may already be in the process (a Python that has imported
// it): the symbols must come from the folder that was asked for, or two halves of two
// versions meet.
Status CheckOrigin(const std::string& library, const char* name, void* symbol) {
  Dl_info info{};
  const bool known = dladdr(symbol, &info) != 0 && info.dli_fname != nullptr;
  const fs::path origin = known ? info.dli_fname : "?";
  std::error_code error;
  if (origin.filename().string().starts_with("libtensorflow") &&
      fs::equivalent(origin.parent_path(), fs::path(library).parent_path(), error)) {
    return Status::OK();
  }
  return Error(
      ErrorKind::kInternal,
      "{}: its function {} comes from '{}'; is another TensorFlow loaded in this "
      "process?",
      library, name, origin.string());
}

Result<void*> Find(void* handle, const std::string& library, const char* name,
                   bool required) {
  void* symbol = dlsym(handle, name);
  if (symbol == nullptr) {
    if (!required) return nullptr;
    return Error(ErrorKind::kUnsupported,
                 "{}: lacks the function {}; TensorFlow 2.x with its C API is needed",
                 library, name);
  }
  HOWDAH_RETURN_IF_ERROR(CheckOrigin(library, name, symbol));
  return symbol;
}

// Opening TensorFlow runs the initialisers of all its ops and kernels, which brings some
// 250 MB of its files into memory, of which a model needs a small part again. Give the
// rest back. Only segments that are never written, not even by relocation, are touched:
// what is needed comes back from the page cache.
int GiveBackPages(dl_phdr_info* info, size_t /*size*/, void* folder) {
  const fs::path file = info->dlpi_name;
  if (file.parent_path() != *static_cast<const fs::path*>(folder) ||
      !file.filename().string().starts_with("libtensorflow")) {
    return 0;
  }
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    // Whole pages only: those at the ends may be another segment's too.
    const uintptr_t first = (begin + page - 1) / page * page;
    const uintptr_t last = (begin + segment.p_memsz) / page * page;
    if (last > first) {
      madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
    }
  }
  return 0;
}

Status Load(const std::string& library, bool onednn, TensorFlowApi* api) {
  constexpr int kKeepTheirs = 0, kReplace = 1;
  setenv("TF_CPP_MIN_LOG_LEVEL", "2", kKeepTheirs);
  setenv("TF_ENABLE_ONEDNN_OPTS", onednn ? "1" : "0", kReplace);
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return Error(ErrorKind::kInternal, "TensorFlow cannot be opened: {}", dlerror());
  }
#define HOWDAH_RESOLVE(function, required)                                             \
  {                                                                                    \
    HOWDAH_ASSIGN_OR_RETURN(void* symbol, Find(handle, library, #function, required)); \
    api->function = reinterpret_cast<decltype(api->function)>(symbol);                 \
  }
#define HOWDAH_REQUIRED(function) HOWDAH_RESOLVE(function, true)
#define HOWDAH_OPTIONAL(function) HOWDAH_RESOLVE(function, false)
  HOWDAH_TENSORFLOW_FUNCTIONS(HOWDAH_REQUIRED)
  HOWDAH_TENSORFLOW_OPTIONAL_FUNCTIONS(HOWDAH_OPTIONAL)
#undef HOWDAH_OPTIONAL
#undef HOWDAH_REQUIRED
#undef HOWDAH_RESOLVE
  if (!std::string_view(api->TF_Version()).starts_with("2.")) {
    return Error(ErrorKind::kUnsupported, "{}: TensorFlow 2.x is needed, this is {}",
                 library, api->TF_Version());
  }
  api->library = library;
  fs::path folder = fs::path(library).parent_path();
  dl_iterate_phdr(GiveBackPages, &folder);
  return Status::OK();
}

}  // namespace

Result<const TensorFlowApi*> OpenTensorFlow(const std::string& library, bool onednn) {
  static std::mutex mutex;
  static const TensorFlowApi* opened = nullptr;
  std::lock_guard lock(mutex);
  if (opened == nullptr) {
    auto api = std::make_unique<TensorFlowApi>();
    HOWDAH_RETURN_IF_ERROR(Load(library, onednn, api.get()));
    opened = api.release();
  }
  if (opened->library != library) {
    return Error(ErrorKind::kInternal,
                 "TensorFlow is already open from '{}', not from '{}'", opened->library,
                 library);
  }
  return opened;
}

}  // namespace howdah
